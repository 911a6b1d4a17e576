package io.layerd.sys;

import static io.layerd.sys.Libc.call;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import jnr.constants.platform.Errno;

/** Calls on extended attributes. */
abstract class JnrAttributes extends JnrMetadata {
  private static final long LLISTXATTR = Libc.function("llistxattr");
  private static final long LGETXATTR = Libc.function("lgetxattr");
  private static final long LSETXATTR = Libc.function("lsetxattr");
  private static final long LREMOVEXATTR = Libc.function("lremovexattr");
  private static final long FLISTXATTR = Libc.function("flistxattr");
  private static final long FGETXATTR = Libc.function("fgetxattr");
  private static final long FSETXATTR = Libc.function("fsetxattr");

  /** The kernel's limit for a value and for a list of names. */
  private static final int LARGEST = 64 * 1024;

  private static final int USUAL = 1024;
  private static final int NAMES = 16 * 1024;

  @Override
  public List<byte[]> llistxattr(byte[] path) throws ErrnoException {
    return split(
        sized(
            "llistxattr",
            path,
            (scratch, room, size) ->
                call(LLISTXATTR, scratch.name(path, "llistxattr"), room, size)));
  }

  @Override
  public byte[] lgetxattr(byte[] path, byte[] name) throws ErrnoException {
    return sized(
        "lgetxattr",
        path,
        (scratch, room, size) ->
            call(
                LGETXATTR,
                scratch.name(path, "lgetxattr"),
                scratch.name(name, "lgetxattr"),
                room,
                size));
  }

  @Override
  public void lsetxattr(byte[] path, byte[] name, byte[] value) throws ErrnoException {
    try (Scratch scratch = Scratch.take(NAMES + value.length)) {
      long file = scratch.name(path, "lsetxattr");
      long attribute = scratch.name(name, "lsetxattr");
      long content = scratch.bytes(value);
      while (Libc.interrupted(
          (int) call(LSETXATTR, file, attribute, content, value.length, 0),
          "lsetxattr",
          AT_FDCWD,
          path)) {}
    }
  }

  @Override
  public void lremovexattr(byte[] path, byte[] name) throws ErrnoException {
    try (Scratch scratch = Scratch.take()) {
      long file = scratch.name(path, "lremovexattr");
      long attribute = scratch.name(name, "lremovexattr");
      while (Libc.interrupted(
          (int) call(LREMOVEXATTR, file, attribute), "lremovexattr", AT_FDCWD, path)) {}
    }
  }

  @Override
  public List<byte[]> flistxattr(int fd) throws ErrnoException {
    return split(
        sized(
            "flistxattr",
            descriptor(fd),
            (scratch, room, size) -> call(FLISTXATTR, fd, room, size)));
  }

  @Override
  public byte[] fgetxattr(int fd, byte[] name) throws ErrnoException {
    return sized(
        "fgetxattr",
        descriptor(fd),
        (scratch, room, size) -> call(FGETXATTR, fd, scratch.name(name, "fgetxattr"), room, size));
  }

  @Override
  public void fsetxattr(int fd, byte[] name, byte[] value) throws ErrnoException {
    try (Scratch scratch = Scratch.take(NAMES + value.length)) {
      long attribute = scratch.name(name, "fsetxattr");
      long content = scratch.bytes(value);
      while ((int) call(FSETXATTR, fd, attribute, content, value.length, 0) == -1) {
        failUnlessInterrupted("fsetxattr", fd);
      }
    }
  }

  private interface SizedCall {
    long fill(Scratch scratch, long room, int sizeBytes) throws ErrnoException;
  }

  // Tries a usual size first, then the largest the kernel ever answers.
  private static byte[] sized(String call, byte[] target, SizedCall filler) throws ErrnoException {
    int size = USUAL;
    while (true) {
      try (Scratch scratch = Scratch.take(NAMES + size)) {
        long room = scratch.reserve(size);
        long length = filler.fill(scratch, room, size);
        if (length >= 0) {
          return scratch.copy(room, (int) length);
        }
        int errno = Libc.errno();
        if (errno == Errno.ERANGE.intValue() && size < LARGEST) {
          size = LARGEST;
        } else if (errno != Errno.EINTR.intValue()) {
          throw new ErrnoException(call, Names.describe(AT_FDCWD, target), errno);
        }
      }
    }
  }

  private static byte[] descriptor(int fd) {
    return ("descriptor " + fd).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
  }

  private static List<byte[]> split(byte[] names) {
    List<byte[]> list = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < names.length; i++) {
      if (names[i] == 0) {
        list.add(Arrays.copyOfRange(names, start, i));
        start = i + 1;
      }
    }
    return list;
  }
}
