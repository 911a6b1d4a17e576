package io.layerd.sys;

import java.io.IOException;
import jnr.constants.platform.Errno;

/** A system call that failed: {@code mkdirat a/b: File exists (EEXIST)}. */
public final class ErrnoException extends IOException {
  private static final long serialVersionUID = 1L;

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

  /** Whether this is the given error. */
  public boolean is(Errno error) {
    return errno == error.intValue();
  }

  private static String describe(int errno) {
    Errno known = Errno.valueOf(errno);
    return known.description() + " (" + known.name() + ")";
  }
}
