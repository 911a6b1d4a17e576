package io.layerd.build;

import io.layerd.dockerfile.ConfigEdit;
import io.layerd.dockerfile.HereDoc;
import io.layerd.dockerfile.Instruction;
import io.layerd.error.EngineException;
import io.layerd.error.InvalidParameter;
import io.layerd.error.NotFound;
import io.layerd.error.SystemFailure;
import io.layerd.image.ImageService.Cancellation;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** Finds and fetches what COPY and ADD take. */
final class CopySources {
  /** How BuildKit's errors begin that come before a step is done. */
  static final String NO_KEY = "failed to compute cache key: ";

  static final String NOT_LOADED = "failed to load cache key: ";

  private final Sys sys;
  private final BuildReport report;
  private final boolean kit;
  private final Cancellation cancellation;

  CopySources(Sys sys, BuildReport report, boolean kit, Cancellation cancellation) {
    this.sys = sys;
    this.report = report;
    this.kit = kit;
    this.cancellation = cancellation;
  }

  /**
   * @param root where names are looked for
   * @param fromImage whether that is an image's
   * @param scratch a directory for what has to be fetched or written first
   */
  List<CopySource> find(
      Instruction.Copy copy, ConfigEdit edit, Path root, boolean fromImage, Path scratch)
      throws IOException {
    String keyword = copy.add() ? "ADD" : "COPY";
    List<CopySource> sources = new ArrayList<>();
    SourceFinder finder = new SourceFinder(sys, root, !fromImage && !kit, copy.flags().parents());
    String checksum = edit.expand(copy.flags().checksum());
    try {
      for (String written : copy.sources()) {
        String name = edit.expand(written);
        if (copy.add() && kit && RemoteContexts.isGit(GitQuery.plain(name))) {
          sources.add(repository(name, checksum, copy.flags().keepGitDir(), scratch));
        } else if (copy.add() && RemoteFile.isUrl(name)) {
          sources.add(remote(name, checksum, copy, scratch));
        } else if (kit && !checksum.isEmpty()) {
          throw new InvalidParameter("checksum requires HTTP(S) or Git sources");
        } else {
          sources.addAll(finder.find(name));
        }
      }
    } catch (NotFound e) {
      throw new NotFound(kit ? missing(finder) : keyword + " failed: " + e.getMessage(), e);
    } catch (InvalidParameter e) {
      if (kit) {
        throw e;
      }
      throw new InvalidParameter(keyword + " failed: " + e.getMessage(), e);
    }
    for (HereDoc document : copy.inline()) {
      sources.add(inline(document, edit, scratch));
    }
    if (sources.isEmpty() && !kit) {
      throw new InvalidParameter(keyword + " failed: no source files were specified");
    }
    return sources;
  }

  /** In BuildKit's words, which name what was searched by a number of its own. */
  private static String missing(SourceFinder finder) {
    return missing(finder.missing());
  }

  static String missing(String name) {
    byte[] number = new byte[12];
    ThreadLocalRandom.current().nextBytes(number);
    return NO_KEY
        + "failed to calculate checksum of ref "
        + HexFormat.of().formatHex(number)
        + ": \"/"
        + name
        + "\": not found";
  }

  private CopySource remote(String url, String checksum, Instruction.Copy copy, Path scratch)
      throws IOException {
    if (kit && !checksum.isEmpty() && !checksum.matches("[a-z0-9]+:[0-9a-f]{64,}")) {
      throw new InvalidParameter("invalid checksum digest length");
    }
    try {
      CopySource fetched = new RemoteFile(sys, report, kit).fetch(url, checksum, scratch);
      return Boolean.TRUE.equals(copy.flags().unpack()) ? fetched.packed() : fetched;
    } catch (ConnectException e) {
      throw unreachable(url, port(url) + ": connect: connection refused", e);
    } catch (UnknownHostException e) {
      String host = String.valueOf(URI.create(url).getHost());
      throw unreachable(url, "lookup " + host + ": no such host", e);
    }
  }

  private EngineException unreachable(String url, String why, IOException cause) {
    String said = "Get \"" + url + "\": dial tcp" + (why.startsWith("lookup") ? ": " : " ") + why;
    return new InvalidParameter(kit ? NOT_LOADED + said : said, cause);
  }

  private static String port(String url) {
    URI address = URI.create(url);
    int usual = url.startsWith("https:") ? 443 : 80;
    return address.getHost() + ":" + (address.getPort() < 0 ? usual : address.getPort());
  }

  /** A repository's files, at the commit that the address names. */
  private CopySource repository(String url, String checksum, boolean keep, Path scratch)
      throws IOException {
    Path target = Files.createTempDirectory(scratch, "repository");
    sys.fchmodat(Sys.AT_FDCWD, TreePath.bytes(target), 0755);
    RemoteContexts remote = new RemoteContexts(sys, scratch, cancellation);
    try {
      Path root = remote.fetch(GitQuery.plain(url), target, report);
      if (!checksum.isEmpty() && !remote.commit(target).startsWith(checksum)) {
        throw new InvalidParameter(
            "expected checksum to match " + checksum + ", got " + remote.commit(target));
      }
      if (!keep) {
        ContextDirectory.delete(target.resolve(".git"));
      }
      byte[] host = TreePath.bytes(root);
      return new CopySource(host, sys.lstatat(Sys.AT_FDCWD, host), new byte[0], false);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SystemFailure("the build was interrupted", e);
    }
  }

  private CopySource inline(HereDoc document, ConfigEdit edit, Path scratch) throws IOException {
    Path file = Files.createTempFile(scratch, "inline", "");
    Files.writeString(file, edit.document(document));
    byte[] host = TreePath.bytes(file);
    sys.fchmodat(Sys.AT_FDCWD, host, 0644);
    return new CopySource(
        host, sys.lstatat(Sys.AT_FDCWD, host), TreePath.bytes(document.name()), false);
  }
}
