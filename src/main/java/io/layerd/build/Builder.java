package io.layerd.build;

import io.layerd.dockerfile.Dockerfile;
import io.layerd.dockerfile.DockerfileParser;
import io.layerd.error.InvalidParameter;
import io.layerd.error.SystemFailure;
import io.layerd.image.ImageService.Cancellation;
import io.layerd.image.ImageService.Image;
import io.layerd.oci.Digest;
import io.layerd.oci.Reference;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Builds images. Methods block; builds may run together. */
public final class Builder {
  private final Tools tools;
  private final KeptContexts kept;

  /** Deletes what builds left whose daemon was killed: contexts and secrets. */
  public Builder(Tools tools) {
    this.tools = tools;
    kept = new KeptContexts(tools.work());
    ContextDirectory.sweep(tools.sys(), tools.work());
    if (Files.isDirectory(tools.secrets())) {
      ContextDirectory.delete(tools.secrets());
    }
  }

  /** Contexts that were sent before. */
  public KeptContexts kept() {
    return kept;
  }

  /** What cache mounts keep. */
  public CacheMounts caches() {
    return tools.caches();
  }

  /**
   * Builds from an archive.
   *
   * @param context a tar, compressed or not; read to its end before the first step
   * @param cancellation ends the build within a second
   * @return the image, or how a program failed; other failures are thrown in dockerd's words
   */
  public BuildOutcome build(
      BuildRequest request, InputStream context, BuildOutput output, Cancellation cancellation) {
    try (ContextDirectory directory = ContextDirectory.create(tools.sys(), tools.work())) {
      directory.unpack(context);
      return build(request, directory, output, cancellation);
    }
  }

  /**
   * Builds from a context that is elsewhere.
   *
   * @param url a git repository, an archive or a Dockerfile
   */
  public BuildOutcome build(
      BuildRequest request, String url, BuildOutput output, Cancellation cancellation) {
    if (!RemoteContexts.isGit(url) && !RemoteFile.isUrl(url)) {
      throw new SystemFailure("remoteURL (" + url + ") could not be recognized as URL");
    }
    try (ContextDirectory directory = ContextDirectory.create(tools.sys(), tools.work())) {
      output.text("Downloading build context from remote url: " + url + "\n");
      RemoteContexts remote = new RemoteContexts(tools.sys(), directory.scratch(), cancellation);
      ClassicReport report = new ClassicReport(output);
      directory.moveTo(remote.fetch(url, directory.context(), report));
      return build(request, directory, output, cancellation);
    } catch (IOException e) {
      throw new InvalidParameter("error downloading the build context: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SystemFailure("the build was interrupted", e);
    }
  }

  private BuildOutcome build(
      BuildRequest request,
      ContextDirectory directory,
      BuildOutput output,
      Cancellation cancellation) {
    String text = directory.dockerfile(request.dockerfile());
    Dockerfile file = new DockerfileParser(request.dockerfile()).parse(text);
    directory.dropReadFiles(request.dockerfile());
    BuildReport report = new ClassicReport(output);
    try {
      Build build =
          new Build(tools, request, file, directory, report, ImportedSteps.NONE, cancellation);
      StageResult result = build.run().result();
      Image built = result.image();
      if (built == null) {
        throw new InvalidParameter("No image was generated. Is your Dockerfile empty?");
      }
      Digest image = built.id();
      output.image(image.toString());
      if (request.squash()) {
        image = new Squash(tools).of(built, result.base()).id();
        output.squashed(image.toString());
      }
      output.text("Successfully built " + image.hex().substring(0, 12) + "\n");
      for (Reference tag : request.tags()) {
        tools.images().tag(image, tag);
        output.text("Successfully tagged " + tag.familiar() + "\n");
      }
      return new BuildOutcome.Built(image);
    } catch (RunStep.NonZero e) {
      return new BuildOutcome.Failed(e.code(), e.text());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SystemFailure("the build was interrupted", e);
    }
  }

  /**
   * Makes an image with one layer of one that was built.
   *
   * @return its id
   */
  public Digest squash(Digest image) {
    return new Squash(tools).of(tools.images().get(image.toString()), null).id();
  }

  /** A directory for a build's files, gone when closed. */
  public Workspace workspace() {
    return new Workspace(tools.sys(), ContextDirectory.create(tools.sys(), tools.work()), kept);
  }

  /** How a build of BuildKit's kind ended. */
  public sealed interface Solved {
    /**
     * @param image null if there is nothing in it
     * @param steps that the result consists of
     * @param all those of other stages too
     */
    record Done(@Nullable Image image, List<BuiltStep> steps, List<BuiltStep> all)
        implements Solved {
      public Done {
        steps = List.copyOf(steps);
        all = List.copyOf(all);
      }
    }

    /**
     * A step's program failed.
     *
     * @param message in BuildKit's words
     * @param line of the Dockerfile, from 1
     */
    record Failed(String message, int line) implements Solved {}
  }

  /**
   * Builds for a client of BuildKit, which hands files, secrets and credentials over when they are
   * asked for.
   *
   * @param text the Dockerfile
   * @param imported steps that were done elsewhere
   */
  public Solved solve(
      BuildRequest request,
      String text,
      BuildFiles files,
      BuildReport report,
      ImportedSteps imported,
      Cancellation cancellation)
      throws InterruptedException {
    Dockerfile file = new DockerfileParser(request.dockerfile()).parse(text);
    try {
      Build.Result built =
          new Build(tools, request, file, files, report, imported, cancellation).run();
      return new Solved.Done(built.image(), built.result().steps(), built.steps());
    } catch (RunStep.NonZero e) {
      return new Solved.Failed(e.kitText(), e.line());
    }
  }

  /** The mounted files of an image; closing unmounts them. */
  public MountedImage mount(@Nullable Image image) {
    WorkLayer layer = WorkLayer.open(tools.layers(), image == null ? null : image.chainId());
    return new MountedImage(layer.root(), layer::close);
  }

  /**
   * @param root where its files are
   */
  public record MountedImage(java.nio.file.Path root, Runnable unmount) implements AutoCloseable {
    @Override
    public void close() {
      unmount.run();
    }
  }
}
