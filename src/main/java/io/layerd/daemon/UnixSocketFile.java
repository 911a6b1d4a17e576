package io.layerd.daemon;

import io.layerd.sys.ErrnoException;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The file of a Unix socket: made anew, and open to root and one group. */
final class UnixSocketFile {
  private static final Logger LOG = Logger.getLogger("layerd");
  private static final String DEFAULT_GROUP = "docker";

  /** Bytes of {@code sun_path} without the closing zero. */
  private static final int LONGEST = 107;

  private UnixSocketFile() {}

  /**
   * Makes the directory, and takes a socket that nobody serves any more out of the way.
   *
   * @throws StartupFailure if somebody serves it, or the path is not one for a socket
   */
  static void prepare(Path path) {
    if (path.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8).length > LONGEST) {
      throw failure(path, "bind: the path is longer than " + LONGEST + " bytes", null);
    }
    try {
      Files.createDirectories(path.toAbsolutePath().getParent());
      if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
        return;
      }
      if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
        throw failure(path, "is a directory", null);
      }
      if (served(path)) {
        throw failure(
            path, "bind: address already in use; stop the daemon that serves it first", null);
      }
      Files.delete(path);
    } catch (IOException e) {
      throw failure(path, Reason.of(e), e);
    }
  }

  private static boolean served(Path path) {
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
      return channel.isConnected();
    } catch (IOException e) {
      return false; // refused: its daemon is gone
    }
  }

  /** Runs {@code bind} so that nobody but root can connect until {@link #open}. */
  static void closedWhile(Sys sys, Runnable bind) throws ErrnoException {
    int mask = sys.umask(0177);
    try {
      bind.run();
    } finally {
      sys.umask(mask);
    }
  }

  /**
   * Lets the group in.
   *
   * @param group null for {@code docker}, which need not exist
   */
  static void open(Path path, @Nullable String group) {
    try {
      PosixFileAttributeView view =
          Files.getFileAttributeView(path, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
      GroupPrincipal principal = group(path, group);
      if (principal != null) {
        view.setGroup(principal);
      }
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-rw----"));
    } catch (IOException e) {
      throw failure(path, Reason.of(e), e);
    }
  }

  private static @Nullable GroupPrincipal group(Path path, @Nullable String group)
      throws IOException {
    String name = group == null ? DEFAULT_GROUP : group;
    try {
      return path.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByGroupName(name);
    } catch (UserPrincipalNotFoundException e) {
      if (group != null) {
        throw new StartupFailure(Listeners.FAILED + "group " + group + " not found", e);
      }
      LOG.warnf("could not change group %s to docker: group docker not found", path);
      return null;
    }
  }

  private static StartupFailure failure(Path path, String reason, @Nullable Throwable cause) {
    return new StartupFailure(
        Listeners.FAILED + "can't create unix socket " + path + ": " + reason, cause);
  }
}
