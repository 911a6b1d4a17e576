package io.layerd.buildkit;

import io.layerd.build.BuildFiles;
import io.layerd.build.NamedContext;
import io.layerd.build.Workspace;
import io.layerd.error.EngineException;
import io.layerd.error.InvalidParameter;
import io.layerd.error.SystemFailure;
import io.layerd.oci.Digest;
import io.layerd.rpc.RpcException;
import io.layerd.sys.ErrnoException;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A build's files at its client: the Dockerfile first, the context once it is needed. */
final class KitFiles implements BuildFiles {
  private static final String DEFAULT = "Dockerfile";
  private static final String IGNORE = ".dockerignore";
  private static final long MOST_BYTES = 16L << 20;

  private final Solve solve;
  private final SessionFiles files;
  private final Workspace workspace;
  private final Map<String, String> options;
  private final KitReport report;
  private final NamedContexts contexts;
  private @Nullable Path context;
  private @Nullable String ignore;
  private @Nullable Vertex definition;

  KitFiles(
      Solve solve,
      SessionFiles files,
      Workspace workspace,
      Map<String, String> options,
      KitReport report) {
    this.solve = solve;
    this.files = files;
    this.workspace = workspace;
    this.options = options;
    this.report = report;
    contexts = new NamedContexts(options, this::additional);
  }

  private interface Work {
    void run(Vertex vertex) throws RpcException, InterruptedException, IOException;
  }

  private void vertex(String name, Work work) {
    Vertex vertex = Vertex.begin(solve.log(), solve.ref() + " " + name, name);
    if (definition == null) {
      definition = vertex;
    }
    try {
      work.run(vertex);
      vertex.end();
    } catch (RpcException e) {
      vertex.end(e.text());
      throw new SystemFailure(e.text(), e);
    } catch (IOException e) {
      vertex.end(e.getMessage());
      throw new SystemFailure("cannot read the build's files: " + e.getMessage(), e);
    } catch (EngineException e) {
      vertex.end(e.getMessage());
      throw e;
    } catch (InterruptedException e) {
      vertex.end("interrupted");
      Thread.currentThread().interrupt();
      throw new SystemFailure("the build was interrupted", e);
    }
  }

  private String local(String option, String fallback) {
    return options.getOrDefault(option, fallback);
  }

  /** What brought the Dockerfile here. */
  Vertex definition() {
    return Objects.requireNonNull(definition, "no Dockerfile was fetched");
  }

  /** Path of the Dockerfile below its directory. */
  String dockerfileName() {
    String name = options.getOrDefault("filename", "");
    return name.isEmpty() ? DEFAULT : name;
  }

  /** Fetches the Dockerfile: from the client, unless it is in a context elsewhere. */
  String dockerfile() {
    String remote = options.getOrDefault(local("contextkey", "context"), "");
    if (!remote.isEmpty()) {
      context = remote(remote);
      if (!options.containsKey("dockerfilekey")) {
        return inContext(context);
      }
    }
    String name = dockerfileName();
    Path directory = workspace.directory("dockerfile");
    List<String> only =
        name.equals(DEFAULT)
            ? List.of(name, name + IGNORE, "dockerfile")
            : List.of(name, name + IGNORE);
    String[] text = new String[1];
    vertex(
        "[internal] load build definition from " + name,
        vertex -> {
          SessionFiles.Wanted wanted =
              new SessionFiles.Wanted(local("dockerfilekey", "dockerfile"), List.of(), only);
          files.fetch(wanted, directory, vertex, "transferring dockerfile:");
          String found = read(directory, name);
          if (found == null && name.equals(DEFAULT)) {
            found = read(directory, "dockerfile");
          }
          if (found == null) {
            throw new InvalidParameter(
                "failed to read dockerfile: open " + name + ": no such file or directory");
          }
          text[0] = found;
          ignore = read(directory, name + IGNORE);
        });
    return text[0];
  }

  private Path remote(String url) {
    Path target = workspace.directory("context");
    Path[] found = new Path[] {target};
    vertex(
        "[internal] load remote build context",
        vertex -> {
          if (files.isUpload(url)) {
            vertex.progress("transferring context:", 0, 0, false);
            try (InputStream archive = upload(url)) {
              workspace.unpack(archive, target, solve.cancellation());
            }
            vertex.progress("transferring context:", 0, 0, true);
          } else {
            boolean git = "1".equals(options.get("build-arg:BUILDKIT_CONTEXT_KEEP_GIT_DIR"));
            found[0] = workspace.fetch(url, target, git, report, solve.cancellation());
          }
        });
    ignore = "";
    return found[0];
  }

  private InputStream upload(String url) throws RpcException, InterruptedException {
    return url.equals(StreamedBuild.UPLOAD) ? solve.upload() : files.upload(url);
  }

  private String inContext(Path directory) {
    String name = dockerfileName();
    try {
      String text = read(directory, name);
      if (text == null) {
        throw new InvalidParameter(
            "failed to read dockerfile: open " + name + ": no such file or directory");
      }
      return text;
    } catch (IOException e) {
      throw new SystemFailure("cannot read the Dockerfile: " + e.getMessage(), e);
    }
  }

  /** A file that was fetched; null if there is none. Links are not followed. */
  private @Nullable String read(Path directory, String name) throws IOException {
    byte[] path = (directory + "/" + name).getBytes(StandardCharsets.UTF_8);
    Sys sys = workspace.sys();
    try {
      var stat = sys.findat(Sys.AT_FDCWD, path);
      if (stat == null || !stat.isRegular()) {
        return null;
      }
      if (stat.sizeBytes() > MOST_BYTES) {
        throw new InvalidParameter(name + " is no file of a usual size");
      }
    } catch (ErrnoException e) {
      return null;
    }
    Path file = directory.resolve(name);
    return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
        ? new String(Files.readAllBytes(file), StandardCharsets.UTF_8)
        : null;
  }

  private void ignoreFile() {
    Path directory = workspace.directory("ignore");
    vertex(
        "[internal] load .dockerignore",
        vertex -> {
          SessionFiles.Wanted wanted =
              new SessionFiles.Wanted(local("contextkey", "context"), List.of(), List.of(IGNORE));
          files.fetch(wanted, directory, vertex, "transferring context:");
          String text = read(directory, IGNORE);
          ignore = text == null ? "" : text;
        });
  }

  @Override
  public synchronized Path context() {
    Path fetched = context;
    if (fetched != null) {
      return fetched;
    }
    if (ignore == null) {
      ignoreFile();
    }
    Path directory = workspace.directory("context");
    List<String> excludes = IgnorePatterns.parse(ignore == null ? "" : ignore);
    vertex(
        "[internal] load build context",
        vertex -> {
          SessionFiles.Wanted wanted =
              new SessionFiles.Wanted(local("contextkey", "context"), excludes, List.of());
          files.fetch(wanted, directory, vertex, "transferring context:");
        });
    context = directory;
    return directory;
  }

  @Override
  public boolean replaces(String name) {
    return contexts.has(name);
  }

  @Override
  public @Nullable NamedContext named(String name) {
    return contexts.get(name);
  }

  private Path additional(String name, String where) {
    String place = "additional-" + Digest.of(where.getBytes(StandardCharsets.UTF_8)).hex();
    Path target = workspace.directory(place);
    Path[] found = new Path[] {target};
    String local = NamedContexts.local(where);
    if (local == null) {
      vertex(
          "[context " + name + "] load remote context",
          _ -> found[0] = workspace.fetch(where, target, false, report, solve.cancellation()));
      return found[0];
    }
    Path rules = workspace.directory(place + "-ignore");
    String[] excludes = new String[] {""};
    vertex(
        "[context " + name + "] load .dockerignore",
        vertex -> {
          SessionFiles.Wanted wanted = new SessionFiles.Wanted(local, List.of(), List.of(IGNORE));
          files.fetch(wanted, rules, vertex, "transferring " + name + ":");
          String text = read(rules, IGNORE);
          excludes[0] = text == null ? "" : text;
        });
    vertex(
        "[context " + name + "] load from client",
        vertex -> {
          SessionFiles.Wanted wanted =
              new SessionFiles.Wanted(local, IgnorePatterns.parse(excludes[0]), List.of());
          files.fetch(wanted, target, vertex, "transferring " + name + ":");
        });
    return target;
  }

  @Override
  public Path scratch() {
    return workspace.scratch();
  }
}
