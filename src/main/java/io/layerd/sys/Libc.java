package io.layerd.sys;

import com.kenai.jffi.CallContext;
import com.kenai.jffi.CallingConvention;
import com.kenai.jffi.Invoker;
import com.kenai.jffi.LastError;
import com.kenai.jffi.Library;
import com.kenai.jffi.MemoryIO;
import com.kenai.jffi.Type;
import java.nio.ByteBuffer;
import java.util.Arrays;
import jnr.constants.platform.Errno;

/**
 * libc's functions by address, called through jffi with nothing but 64-bit integers.
 *
 * <p>jffi is the layer below jnr-ffi: no proxy, no reflection and no generated code stands between
 * a call and the kernel, which makes a call several times cheaper and needs nothing registered in a
 * native image. All arguments are scalars or addresses from {@link Scratch}.
 */
final class Libc {
  private static final Invoker INVOKER = Invoker.getInstance();
  private static final LastError LAST_ERROR = LastError.getInstance();
  private static final MemoryIO MEMORY = MemoryIO.getInstance();
  private static final Library LIBRARY = open();
  private static final CallContext[] CONTEXTS = contexts();
  private static final int EINTR = Errno.EINTR.intValue();

  private Libc() {}

  private static Library open() {
    Library library = Library.getCachedInstance("libc.so.6", Library.LAZY | Library.GLOBAL);
    if (library == null) {
      throw new IllegalStateException("cannot open libc.so.6: " + Library.getLastError());
    }
    return library;
  }

  private static CallContext[] contexts() {
    CallContext[] contexts = new CallContext[7];
    for (int parameters = 0; parameters < contexts.length; parameters++) {
      Type[] types = new Type[parameters];
      Arrays.fill(types, Type.SINT64);
      contexts[parameters] =
          CallContext.getCallContext(Type.SINT64, types, CallingConvention.DEFAULT, true);
    }
    return contexts;
  }

  /** The address of a function that every supported libc has (glibc 2.34 and up). */
  static long function(String name) {
    long address = LIBRARY.getSymbolAddress(name);
    if (address == 0) {
      throw new IllegalStateException("this libc has no " + name + ": glibc 2.34 or newer needed");
    }
    return address;
  }

  static long call(long function) {
    return INVOKER.invokeN0(CONTEXTS[0], function);
  }

  static long call(long function, long a) {
    return INVOKER.invokeN1(CONTEXTS[1], function, a);
  }

  static long call(long function, long a, long b) {
    return INVOKER.invokeN2(CONTEXTS[2], function, a, b);
  }

  static long call(long function, long a, long b, long c) {
    return INVOKER.invokeN3(CONTEXTS[3], function, a, b, c);
  }

  static long call(long function, long a, long b, long c, long d) {
    return INVOKER.invokeN4(CONTEXTS[4], function, a, b, c, d);
  }

  static long call(long function, long a, long b, long c, long d, long e) {
    return INVOKER.invokeN5(CONTEXTS[5], function, a, b, c, d, e);
  }

  static long call(long function, long a, long b, long c, long d, long e, long f) {
    return INVOKER.invokeN6(CONTEXTS[6], function, a, b, c, d, e, f);
  }

  /** The errno of this thread's last call. */
  static int errno() {
    return LAST_ERROR.get();
  }

  static long address(ByteBuffer direct) {
    if (!direct.isDirect()) {
      throw new IllegalArgumentException("not a direct buffer");
    }
    return MEMORY.getDirectBufferAddress(direct);
  }

  /**
   * Judges the result of a call on a name: false when it succeeded, true when a signal interrupted
   * it and it must be made again.
   *
   * @throws ErrnoException on any other failure
   */
  static boolean interrupted(long result, String call, int dirFd, byte[] path)
      throws ErrnoException {
    if (result != -1) {
      return false;
    }
    int errno = errno();
    if (errno == EINTR) {
      return true;
    }
    throw new ErrnoException(call, Names.describe(dirFd, path), errno);
  }
}
