package io.layerd.sys;

import java.io.IOException;
import jnr.constants.platform.Errno;

/** A system call that failed: {@code mkdirat a/b: file exists (EEXIST)}. */
public final class ErrnoException extends IOException {
  private static final long serialVersionUID = 1L;

  // Linux numbers, the same on every architecture layerd runs on; rooms above know no other.
  public static final int ENOENT = 2;
  public static final int EBUSY = 16;
  public static final int EEXIST = 17;
  public static final int EXDEV = 18;
  public static final int ENOTDIR = 20;
  public static final int EISDIR = 21;
  public static final int EINVAL = 22;
  public static final int ENOTEMPTY = 39;
  public static final int ENODATA = 61;
  public static final int EOPNOTSUPP = 95;

  private final String call;
  private final int errno;

  public ErrnoException(String call, String target, int errno) {
    super(call + " " + target + ": " + describe(errno));
    this.call = call;
    this.errno = errno;
  }

  /** The name of the call, as in its manual page. */
  public String call() {
    return call;
  }

  /** The number of the error on this platform. */
  public int errno() {
    return errno;
  }

  /** Whether this is the given error, one of the numbers above. */
  public boolean is(int error) {
    return errno == error;
  }

  /** Whether this is the given error. */
  public boolean is(Errno error) {
    return errno == error.intValue();
  }

  /** The error alone, as Go prints it: {@code operation not supported}. */
  public String reason() {
    return reason(Errno.valueOf(errno));
  }

  private static String reason(Errno known) {
    // In lower case as Go prints it: clients look for "no space left on device".
    String text = known.description();
    return Character.toLowerCase(text.charAt(0)) + text.substring(1);
  }

  private static String describe(int errno) {
    Errno known = Errno.valueOf(errno);
    return reason(known) + " (" + known.name() + ")";
  }
}
