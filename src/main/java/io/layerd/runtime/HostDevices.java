package io.layerd.runtime;

import io.layerd.sys.ErrnoException;
import io.layerd.sys.Stat;
import io.layerd.sys.Sys;
import java.nio.charset.StandardCharsets;
import org.jboss.logging.Logger;

/**
 * Gives the host's {@code /dev/null} back to root. crun before 1.24 and runc 1.1.3 and 1.1.4 make
 * what a process has as standard input its user's, and a process without input has the host's
 * device (containers/crun#1845, opencontainers/runc#3674).
 */
final class HostDevices {
  private static final Logger LOG = Logger.getLogger(HostDevices.class);
  private static final byte[] NULL = "/dev/null".getBytes(StandardCharsets.US_ASCII);

  private HostDevices() {}

  /** Call after a process was made, and before it is let go where that is possible. */
  static void giveBack(Sys sys) {
    try {
      Stat stat = sys.lstatat(Sys.AT_FDCWD, NULL);
      if (stat.uid() != 0 || stat.gid() != 0) {
        sys.lchownat(Sys.AT_FDCWD, NULL, 0, 0);
      }
    } catch (ErrnoException e) {
      LOG.warnf("cannot give /dev/null back to root: %s", e.getMessage());
    }
  }
}
