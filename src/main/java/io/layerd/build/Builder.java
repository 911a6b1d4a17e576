package io.layerd.build;

import io.layerd.dockerfile.Dockerfile;
import io.layerd.dockerfile.DockerfileParser;
import io.layerd.error.SystemFailure;
import io.layerd.image.ImageService.Cancellation;
import io.layerd.oci.Digest;
import io.layerd.oci.Reference;
import java.io.InputStream;

/** Builds images. Methods block; builds may run together. */
public final class Builder {
  private final Tools tools;

  /** Deletes what builds left whose daemon was killed. */
  public Builder(Tools tools) {
    this.tools = tools;
    ContextDirectory.sweep(tools.sys(), tools.work());
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

  private BuildOutcome build(
      BuildRequest request,
      ContextDirectory directory,
      BuildOutput output,
      Cancellation cancellation) {
    String text = directory.dockerfile(request.dockerfile());
    Dockerfile file = new DockerfileParser(request.dockerfile()).parse(text);
    directory.dropReadFiles(request.dockerfile());
    try {
      Digest image = new Build(tools, request, file, directory, output, cancellation).run();
      output.image(image.toString());
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
}
