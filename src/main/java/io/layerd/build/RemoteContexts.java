package io.layerd.build;

import io.layerd.archive.ArchiveExtraction;
import io.layerd.error.EngineException;
import io.layerd.error.InvalidParameter;
import io.layerd.error.SystemFailure;
import io.layerd.image.ImageService.Cancellation;
import io.layerd.sys.Sys;
import java.io.BufferedInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Contexts that are elsewhere: a git repository, or an archive or a Dockerfile behind a URL. */
final class RemoteContexts {
  private static final Pattern GIT =
      Pattern.compile("(?:git://|ssh://|git@|github\\.com/).*|https?://.*\\.git(?:#.*)?");
  private static final Pattern FRAGMENT = Pattern.compile("([^:]*)(?::(.*))?");
  private static final int MOST_OUTPUT = 4096;
  private static final File NOTHING = new File("/dev/null");

  private final Sys sys;
  private final Path scratch;
  private final Cancellation cancellation;

  /**
   * @param scratch a directory for what is fetched
   */
  RemoteContexts(Sys sys, Path scratch, Cancellation cancellation) {
    this.sys = sys;
    this.scratch = scratch;
    this.cancellation = cancellation;
  }

  static boolean isGit(String url) {
    return GIT.matcher(url).matches();
  }

  /**
   * Fetches a context into an empty directory.
   *
   * @return the directory of the context: this one, or one inside it that the URL names
   * @throws InvalidParameter if there is nothing of use
   */
  Path fetch(String url, Path target, BuildReport report) throws IOException, InterruptedException {
    if (isGit(url)) {
      return repository(url, target);
    }
    if (!RemoteFile.isUrl(url)) {
      throw new InvalidParameter("unable to prepare context: path \"" + url + "\" not found");
    }
    CopySource file = new RemoteFile(sys, report, false).fetch(url, "", scratch);
    Path fetched = Path.of(new String(file.host(), StandardCharsets.UTF_8));
    try (InputStream in = Files.newInputStream(fetched)) {
      unpack(in, target);
    } finally {
      Files.deleteIfExists(fetched);
    }
    return target;
  }

  /** Takes an archive in, or else a Dockerfile of its own. */
  void unpack(InputStream in, Path target) throws IOException {
    Path file = Files.createTempFile(scratch, "context", "");
    try {
      Files.copy(
          new BufferedInputStream(in), file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
      if (!TarProbe.isTar(file)) {
        Files.move(file, target.resolve("Dockerfile"));
        return;
      }
      try (InputStream archive = Files.newInputStream(file)) {
        byte[] name = TreePath.bytes(target);
        int fd = sys.openat(Sys.AT_FDCWD, name, Sys.O_RDONLY | Sys.O_DIRECTORY, 0);
        var options = new ArchiveExtraction.Options(false, "/", null);
        ArchiveExtraction.extract(sys, fd, archive, options);
      }
    } catch (EngineException e) {
      throw new InvalidParameter("Error processing tar file: " + e.getMessage(), e);
    } finally {
      Files.deleteIfExists(file);
    }
  }

  private Path repository(String url, Path target) throws IOException, InterruptedException {
    String[] parts = url.split("#", 2);
    String address = parts[0].startsWith("github.com/") ? "https://" + parts[0] : parts[0];
    Matcher fragment = FRAGMENT.matcher(parts.length == 1 ? "" : parts[1]);
    String ref = fragment.matches() ? fragment.group(1) : "";
    String inside = fragment.group(2) == null ? "" : fragment.group(2);
    if (ref.startsWith("-") || address.startsWith("-")) {
      throw new InvalidParameter("invalid git reference: " + url);
    }
    git(target, "init", "--quiet", ".");
    git(target, "remote", "add", "origin", address);
    String wanted = ref.isEmpty() ? "HEAD" : ref;
    git(target, "fetch", "--quiet", "--depth", "1", "origin", "--", wanted);
    git(target, "checkout", "--quiet", "FETCH_HEAD", "--");
    git(target, "submodule", "--quiet", "update", "--init", "--recursive", "--depth", "1");
    TreePath directory = TreePath.follow(sys, target, inside);
    if (directory.stat() == null || !directory.stat().isDirectory()) {
      throw new InvalidParameter("error setting context, not a directory: " + inside);
    }
    return Path.of(new String(directory.host(), StandardCharsets.UTF_8));
  }

  /** The commit that a repository stands at. */
  String commit(Path directory) throws IOException, InterruptedException {
    return said(directory, "rev-parse", "HEAD");
  }

  private void git(Path directory, String... arguments) throws IOException, InterruptedException {
    var unused = said(directory, arguments);
  }

  private String said(Path directory, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("git", "-c", "protocol.ext.allow=never", "-C"));
    command.add(directory.toString());
    command.addAll(Arrays.asList(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder
        .environment()
        .putAll(
            Map.of(
                "GIT_TERMINAL_PROMPT", "0",
                "GIT_CONFIG_NOSYSTEM", "1",
                "GIT_ALLOW_PROTOCOL", "http:https:git:ssh"));
    Process process;
    try {
      process = builder.redirectInput(ProcessBuilder.Redirect.from(NOTHING)).start();
    } catch (IOException e) {
      throw new SystemFailure(
          "a context in a git repository needs git on the daemon's host: " + e.getMessage(), e);
    }
    cancellation.onCancel(process::destroyForcibly);
    try {
      String said = said(process.getInputStream());
      if (process.waitFor() != 0) {
        if (cancellation.cancelled()) {
          throw new CancellationException("the client has gone");
        }
        throw new InvalidParameter("failed to fetch remote: git " + arguments[0] + ": " + said);
      }
      return said;
    } finally {
      process.destroyForcibly();
    }
  }

  private static String said(InputStream in) throws IOException {
    byte[] head = in.readNBytes(MOST_OUTPUT);
    in.transferTo(java.io.OutputStream.nullOutputStream());
    return new String(head, StandardCharsets.UTF_8).strip();
  }
}
