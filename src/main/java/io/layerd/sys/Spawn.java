package io.layerd.sys;

import static io.layerd.sys.Libc.call;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * posix_spawn(3): child processes without a fork of the whole JVM.
 *
 * <p>The child gets exactly the descriptors asked for (all others are closed: the JDK does not mark
 * its own close-on-exec), default signal actions and an empty signal mask, whatever the JVM set for
 * itself.
 */
final class Spawn {
  private static final long SPAWN = Libc.function("posix_spawnp");
  private static final long ACTIONS_INIT = Libc.function("posix_spawn_file_actions_init");
  private static final long ACTIONS_DESTROY = Libc.function("posix_spawn_file_actions_destroy");
  private static final long ADD_DUP2 = Libc.function("posix_spawn_file_actions_adddup2");
  private static final long ADD_OPEN = Libc.function("posix_spawn_file_actions_addopen");
  private static final long ADD_CLOSEFROM =
      Libc.function("posix_spawn_file_actions_addclosefrom_np");
  private static final long ADD_CHDIR = Libc.function("posix_spawn_file_actions_addchdir_np");
  private static final long ATTR_INIT = Libc.function("posix_spawnattr_init");
  private static final long ATTR_DESTROY = Libc.function("posix_spawnattr_destroy");
  private static final long ATTR_FLAGS = Libc.function("posix_spawnattr_setflags");
  private static final long ATTR_MASK = Libc.function("posix_spawnattr_setsigmask");
  private static final long ATTR_DEFAULT = Libc.function("posix_spawnattr_setsigdefault");
  private static final long SIGFILLSET = Libc.function("sigfillset");
  private static final long FCNTL = Libc.function("fcntl");

  private static final int SETSIGDEF = 0x04;
  private static final int SETSIGMASK = 0x08;
  private static final int SETSID = 0x80;
  private static final int F_DUPFD_CLOEXEC = 1030;

  /** Above sizeof(posix_spawnattr_t), 336 in glibc, and sizeof(posix_spawn_file_actions_t), 80. */
  private static final int OPAQUE_BYTES = 512;

  private static final int SIGSET_BYTES = 128;
  private static final int FIXED_BYTES = 4096;

  private Spawn() {}

  static int spawn(
      String directory, List<String> command, List<String> environment, int[] descriptors)
      throws ErrnoException {
    int room = FIXED_BYTES + size(List.of(directory)) + size(command) + size(environment);
    try (Scratch scratch = Scratch.take(room)) {
      long arguments = strings(scratch, command);
      long variables = strings(scratch, environment);
      long nullDevice = scratch.text("/dev/null");
      long pid = scratch.reserve(8);
      long attributes = attributes(scratch);
      long actions = scratch.reserveZeroed(OPAQUE_BYTES);
      call(ACTIONS_INIT, actions);
      int[] sources = sources(descriptors);
      try {
        for (int i = 0; i < sources.length; i++) {
          if (sources[i] < 0) {
            call(ADD_OPEN, actions, i, nullDevice, Sys.O_RDWR, 0);
          } else {
            call(ADD_DUP2, actions, sources[i], i);
          }
        }
        call(ADD_CLOSEFROM, actions, sources.length);
        call(ADD_CHDIR, actions, scratch.text(directory));
        long program = scratch.getLong(arguments);
        int error = (int) call(SPAWN, pid, program, actions, attributes, arguments, variables);
        if (error != 0) {
          throw new ErrnoException("posix_spawn", command.getFirst(), error);
        }
        return scratch.getInt(pid);
      } finally {
        call(ACTIONS_DESTROY, actions);
        call(ATTR_DESTROY, attributes);
        closeCopies(sources, descriptors);
      }
    }
  }

  private static long attributes(Scratch scratch) {
    long attributes = scratch.reserveZeroed(OPAQUE_BYTES);
    call(ATTR_INIT, attributes);
    call(ATTR_FLAGS, attributes, SETSIGDEF | SETSIGMASK | SETSID);
    call(ATTR_MASK, attributes, scratch.reserveZeroed(SIGSET_BYTES));
    long all = scratch.reserveZeroed(SIGSET_BYTES);
    call(SIGFILLSET, all);
    call(ATTR_DEFAULT, attributes, all);
    return attributes;
  }

  // A source below the number of targets could be overwritten before its turn: copy it upwards.
  private static int[] sources(int[] descriptors) throws ErrnoException {
    int[] sources = descriptors.clone();
    for (int i = 0; i < sources.length; i++) {
      if (sources[i] >= 0 && sources[i] < sources.length) {
        sources[i] = (int) call(FCNTL, sources[i], F_DUPFD_CLOEXEC, sources.length);
        if (sources[i] == -1) {
          int errno = Libc.errno();
          closeCopies(sources, descriptors);
          throw new ErrnoException("fcntl", "descriptor " + descriptors[i], errno);
        }
      }
    }
    return sources;
  }

  private static void closeCopies(int[] sources, int[] descriptors) {
    for (int i = 0; i < sources.length; i++) {
      if (sources[i] != descriptors[i] && sources[i] >= 0) {
        Sys.host().close(sources[i]);
      }
    }
  }

  private static int size(List<String> strings) {
    int size = 8;
    for (String string : strings) {
      size += 8 + 8 + string.getBytes(StandardCharsets.UTF_8).length + 1;
    }
    return size;
  }

  // A NULL-terminated array of strings.
  private static long strings(Scratch scratch, List<String> strings) {
    long array = scratch.reserve((strings.size() + 1) * 8);
    long at = array;
    for (String string : strings) {
      scratch.putLong(at, scratch.text(string));
      at += 8;
    }
    scratch.putLong(at, 0);
    return array;
  }
}
