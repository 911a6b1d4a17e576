package io.layerd.archive;

import io.layerd.error.EngineException;
import io.layerd.error.InvalidParameter;
import io.layerd.error.SystemFailure;
import io.layerd.sys.ErrnoException;
import java.util.Map;

/** Linux error numbers an archive can meet, in the words dockerd uses for them. */
final class Errno {
  static final int ENOENT = 2;
  static final int EAGAIN = 11;
  static final int EEXIST = 17;
  static final int ENOTDIR = 20;
  static final int EISDIR = 21;
  static final int EINVAL = 22;
  static final int ENOTEMPTY = 39;
  static final int ELOOP = 40;
  static final int ENODATA = 61;
  static final int EOPNOTSUPP = 95;
  private static final int EPERM = 1;
  private static final int ENOSPC = 28;

  private static final Map<Integer, String> TEXTS =
      Map.ofEntries(
          Map.entry(EPERM, "operation not permitted"),
          Map.entry(ENOENT, "no such file or directory"),
          Map.entry(5, "input/output error"),
          Map.entry(7, "argument list too long"),
          Map.entry(13, "permission denied"),
          Map.entry(EEXIST, "file exists"),
          Map.entry(18, "invalid cross-device link"),
          Map.entry(ENOTDIR, "not a directory"),
          Map.entry(EISDIR, "is a directory"),
          Map.entry(EINVAL, "invalid argument"),
          Map.entry(24, "too many open files"),
          Map.entry(27, "file too large"),
          Map.entry(ENOSPC, "no space left on device"),
          Map.entry(30, "read-only file system"),
          Map.entry(31, "too many links"),
          Map.entry(34, "numerical result out of range"),
          Map.entry(36, "file name too long"),
          Map.entry(ENOTEMPTY, "directory not empty"),
          Map.entry(ELOOP, "too many levels of symbolic links"),
          Map.entry(75, "value too large for defined data type"),
          Map.entry(EOPNOTSUPP, "operation not supported"),
          Map.entry(122, "disk quota exceeded"));

  private Errno() {}

  static String text(ErrnoException e) {
    String known = TEXTS.get(e.errno());
    return known == null ? "error " + e.errno() : known;
  }

  /**
   * Turns a failed call into the error a client sees: the archive's fault where a name or a type in
   * it made the call fail, the host's otherwise.
   */
  static EngineException translate(ErrnoException e, String what) {
    String message = what + ": " + text(e);
    boolean attribute = e.call().endsWith("setxattr");
    boolean archive =
        switch (e.errno()) {
          case ENOENT, EEXIST, 18, ENOTDIR, EISDIR, EINVAL, 27, 31, 36, ENOTEMPTY, ELOOP, 75 ->
              true;
          case 7, 34, EOPNOTSUPP, ENOSPC -> attribute;
          case EPERM -> attribute || e.call().equals("linkat");
          default -> false;
        };
    return archive ? new InvalidParameter(message, e) : new SystemFailure(message, e);
  }
}
