package io.layerd.sys;

import static io.layerd.sys.Sys.AT_FDCWD;
import static io.layerd.sys.Sys.AT_REMOVEDIR;
import static io.layerd.sys.Sys.O_CREAT;
import static io.layerd.sys.Sys.O_DIRECTORY;
import static io.layerd.sys.Sys.O_EXCL;
import static io.layerd.sys.Sys.O_RDONLY;
import static io.layerd.sys.Sys.O_RDWR;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import jnr.constants.platform.Errno;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every call against the real kernel. */
class JnrSysTest {
  private final Sys sys = Sys.host();
  @TempDir Path dir;

  private byte[] at(String name) {
    return dir.resolve(name).toString().getBytes(UTF_8);
  }

  private static byte[] name(String text) {
    return text.getBytes(ISO_8859_1);
  }

  private int openDir() throws IOException {
    return sys.openat(AT_FDCWD, dir.toString().getBytes(UTF_8), O_RDONLY | O_DIRECTORY, 0);
  }

  @Test
  void writesAndReadsBytes() throws IOException {
    int fd = sys.openat(AT_FDCWD, at("f"), O_CREAT | O_EXCL | O_RDWR, 0600);
    ByteBuffer out = ByteBuffer.allocateDirect(100_000);
    for (int i = 0; i < out.capacity(); i++) {
      out.put(i, (byte) i);
    }
    sys.writeFully(fd, out);
    assertThat(out.hasRemaining()).isFalse();
    sys.fsync(fd);
    sys.syncfs(fd);
    sys.close(fd);

    fd = sys.openat(AT_FDCWD, at("f"), O_RDWR, 0);
    ByteBuffer in = ByteBuffer.allocateDirect(100_000);
    in.position(1);
    int total = 0;
    for (int n = sys.read(fd, in); n > 0; n = sys.read(fd, in)) {
      total += n;
    }
    assertThat(total).isEqualTo(99_999);
    assertThat(in.get(1)).isEqualTo((byte) 0);
    assertThat(in.get(1000)).isEqualTo((byte) 999);
    sys.ftruncate(fd, 5_000_000_000L);
    assertThat(sys.fstat(fd).sizeBytes()).isEqualTo(5_000_000_000L);
    sys.close(fd);
  }

  @Test
  void failuresNameCallPathAndErrno() {
    assertThatExceptionOfType(ErrnoException.class)
        .isThrownBy(() -> sys.openat(AT_FDCWD, name("/nowhere/x"), O_RDONLY, 0))
        .withMessage("openat /nowhere/x: no such file or directory (ENOENT)")
        .matches(e -> e.is(Errno.ENOENT));
    assertThatExceptionOfType(ErrnoException.class)
        .isThrownBy(() -> sys.fsync(-1))
        .matches(e -> e.is(Errno.EBADF));
    assertThatExceptionOfType(ErrnoException.class)
        .isThrownBy(() -> sys.mkdirat(AT_FDCWD, new byte[] {'a', 0, 'b'}, 0755))
        .matches(e -> e.is(Errno.EINVAL));
  }

  @Test
  void openat2StaysInTheRoot() throws IOException {
    Files.createDirectory(dir.resolve("sub"));
    Files.createSymbolicLink(dir.resolve("sub/out"), Path.of("/etc"));
    Files.createSymbolicLink(dir.resolve("sub/up"), Path.of("../.."));
    int root = openDir();
    assertThatExceptionOfType(ErrnoException.class)
        .isThrownBy(
            () -> sys.openat2(root, name("sub/out/passwd"), O_RDONLY, 0, Sys.RESOLVE_BENEATH))
        .matches(e -> e.is(Errno.EXDEV));
    assertThatExceptionOfType(ErrnoException.class)
        .isThrownBy(
            () -> sys.openat2(root, name("sub/out/passwd"), O_RDONLY, 0, Sys.RESOLVE_IN_ROOT))
        .matches(e -> e.is(Errno.ENOENT));
    int fd =
        sys.openat2(root, name("sub/new"), O_CREAT | O_EXCL | O_RDWR, 0640, Sys.RESOLVE_BENEATH);
    sys.fchmod(fd, 0641);
    assertThat(sys.fstat(fd).permissions()).isEqualTo(0641);
    sys.close(fd);
    int link = sys.openat2(root, name("sub/up"), Sys.O_PATH | O_DIRECTORY, 0, Sys.RESOLVE_IN_ROOT);
    assertThat(sys.fstat(link).inode()).isEqualTo(sys.fstat(root).inode());
    sys.close(link);
    sys.close(root);
  }

  @Test
  void namesAreBytes() throws IOException {
    int root = openDir();
    byte[] odd = name("caf\u00e9\u0001\u00ff");
    sys.mkdirat(root, odd, 0700);
    byte[] longest = "n".repeat(255).getBytes(UTF_8);
    sys.symlinkat(name("to \u00e9"), root, longest);
    assertThat(sys.readlinkat(root, longest)).isEqualTo(name("to \u00e9"));
    sys.linkat(root, longest, root, name("hard"));
    assertThat(sys.lstatat(root, name("hard")).linkCount()).isEqualTo(2);
    sys.renameat(root, odd, root, name("plain"));

    int fresh = openDir();
    List<String> names = new ArrayList<>();
    for (DirEntry entry : sys.readDirectory(fresh)) {
      names.add(new String(entry.name(), ISO_8859_1) + ":" + entry.type());
    }
    sys.close(fresh);
    assertThat(names).containsExactlyInAnyOrder("plain:4", "hard:10", "n".repeat(255) + ":10");

    sys.unlinkat(root, name("plain"), AT_REMOVEDIR);
    sys.unlinkat(root, name("hard"), 0);
    assertThatExceptionOfType(ErrnoException.class)
        .isThrownBy(() -> sys.unlinkat(root, name("hard"), 0));
    sys.close(root);
  }

  @Test
  void listsLargeDirectories() throws IOException {
    for (int i = 0; i < 3000; i++) {
      Files.createFile(dir.resolve("a-rather-long-name-of-a-file-" + i));
    }
    int fd = openDir();
    assertThat(sys.readDirectory(fd)).hasSize(3000);
    sys.close(fd);
  }

  @Test
  void makesDevices() throws IOException {
    sys.mknodat(AT_FDCWD, at("whiteout"), Stat.S_IFCHR, 0, 0);
    assertThat(sys.lstatat(AT_FDCWD, at("whiteout")).isWhiteout()).isTrue();
    sys.mknodat(AT_FDCWD, at("block"), Stat.S_IFBLK | 0600, 259, 70_000);
    Stat block = sys.lstatat(AT_FDCWD, at("block"));
    assertThat(block.rdevMajor()).isEqualTo(259);
    assertThat(block.rdevMinor()).isEqualTo(70_000);
    sys.mknodat(AT_FDCWD, at("fifo"), Stat.S_IFIFO | 0644, 0, 0);
    assertThat(sys.lstatat(AT_FDCWD, at("fifo")).type()).isEqualTo(Stat.S_IFIFO);
  }

  @Test
  void changesMetadata() throws IOException {
    Files.writeString(dir.resolve("f"), "12345");
    sys.lchownat(AT_FDCWD, at("f"), 70_000, 80_000);
    sys.fchmodat(AT_FDCWD, at("f"), 04755);
    sys.utimensat(AT_FDCWD, at("f"), -5, 999_999_999);
    Stat stat = sys.lstatat(AT_FDCWD, at("f"));
    assertThat(stat.uid()).isEqualTo(70_000);
    assertThat(stat.gid()).isEqualTo(80_000);
    assertThat(stat.permissions()).isEqualTo(04755);
    assertThat(stat.isRegular()).isTrue();
    assertThat(stat.sizeBytes()).isEqualTo(5);
    assertThat(stat.mtimeSeconds()).isEqualTo(-5);
    assertThat(stat.mtimeNanos()).isEqualTo(999_999_999);
    assertThat(stat.inode())
        .isEqualTo(Files.getAttribute(dir.resolve("f"), "unix:ino", LinkOption.NOFOLLOW_LINKS));
    assertThat(stat.ctimeSeconds()).isGreaterThan(1_600_000_000L);

    sys.symlinkat(name("f"), AT_FDCWD, at("link"));
    sys.utimensat(AT_FDCWD, at("link"), 77, 0);
    sys.lchownat(AT_FDCWD, at("link"), 1, 2);
    assertThat(sys.lstatat(AT_FDCWD, at("link")).mtimeSeconds()).isEqualTo(77);
    assertThat(sys.lstatat(AT_FDCWD, at("link")).uid()).isEqualTo(1);
    assertThat(sys.lstatat(AT_FDCWD, at("f")).uid()).isEqualTo(70_000);

    int fd = sys.openat(AT_FDCWD, at("f"), O_RDONLY, 0);
    sys.fchown(fd, 3, 4);
    sys.futimens(fd, 1234, 5);
    assertThat(sys.fstat(fd).uid()).isEqualTo(3);
    assertThat(sys.fstat(fd).mtimeSeconds()).isEqualTo(1234);
    sys.lchownat(fd, new byte[0], 5, 6);
    assertThat(sys.fstat(fd).gid()).isEqualTo(6);
    sys.close(fd);
  }

  @Test
  void keepsExtendedAttributes() throws IOException {
    Files.writeString(dir.resolve("f"), "");
    byte[] large = new byte[3000];
    large[2999] = 7;
    sys.lsetxattr(at("f"), name("trusted.one"), name("y"));
    sys.lsetxattr(at("f"), name("user.large"), large);
    assertThat(sys.lgetxattr(at("f"), name("trusted.one"))).isEqualTo(name("y"));
    assertThat(sys.lgetxattr(at("f"), name("user.large"))).isEqualTo(large);
    assertThat(sys.llistxattr(at("f"))).contains(name("trusted.one"), name("user.large"));
    sys.lremovexattr(at("f"), name("trusted.one"));
    assertThatExceptionOfType(ErrnoException.class)
        .isThrownBy(() -> sys.lgetxattr(at("f"), name("trusted.one")))
        .matches(e -> e.is(Errno.ENODATA));
    int fd = sys.openat(AT_FDCWD, at("f"), O_RDONLY, 0);
    sys.fsetxattr(fd, name("user.empty"), new byte[0]);
    assertThat(sys.fgetxattr(fd, name("user.empty"))).isEmpty();
    assertThat(sys.flistxattr(fd)).hasSize(2);
    sys.close(fd);
    sys.symlinkat(name("f"), AT_FDCWD, at("link"));
    sys.lsetxattr(at("link"), name("trusted.link"), name("1"));
    assertThat(sys.llistxattr(at("link"))).containsExactly(name("trusted.link"));
  }

  @Test
  void mountsInANamespaceOfItsOwn() throws Exception {
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Path target = Files.createDirectory(dir.resolve("target"));
    Thread thread =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    sys.unshare(Sys.CLONE_NEWNS);
                    sys.mount("", "/", "", Sys.MS_REC | Sys.MS_PRIVATE, "");
                    sys.mount("none", target.toString(), "tmpfs", 0, "size=1m");
                    assertThat(sys.statfs(target.toString()).magic()).isEqualTo(0x01021994L);
                    sys.chdir(target.toString());
                    assertThat(sys.gettid()).isNotEqualTo(sys.getpid());
                    sys.chdir("/");
                    sys.umount2(target.toString(), Sys.MNT_DETACH);
                  } catch (Throwable t) {
                    failure.set(t);
                  }
                });
    thread.join();
    assertThat(failure.get()).isNull();
    assertThat(sys.statfs("/proc").magic()).isEqualTo(0x9fa0L);
    assertThat(sys.getpid()).isEqualTo((int) ProcessHandle.current().pid());
  }

  @Test
  void spawnsWithDescriptorsAndEnvironment() throws IOException {
    int[] out = sys.pipe();
    int[] in = sys.pipe();
    int pid =
        sys.spawn(
            List.of("/bin/sh", "-c", "read line; echo $line $A; ls /proc/$$/fd; exit 3"),
            List.of("A=b c", "PATH=/usr/bin:/bin"),
            new int[] {in[0], out[1], -1});
    sys.close(in[0]);
    sys.close(out[1]);
    sys.writeFully(in[1], direct("hello\n"));
    assertThat(drain(out[0])).isEqualTo("hello b c\n0\n1\n2\n");
    assertThat(sys.waitpid(pid)).isEqualTo(3 << 8);
    sys.close(in[1]);
    sys.close(out[0]);
  }

  @Test
  void spawnGivesEachDescriptorItsPlace() throws IOException {
    int[] a = sys.pipe();
    int[] b = sys.pipe();
    // Sources that are targets of others, in a ring.
    int low = Math.max(a[1], b[1]);
    int[] descriptors = new int[low + 1];
    java.util.Arrays.fill(descriptors, -1);
    descriptors[1] = a[1];
    descriptors[a[1]] = b[1];
    descriptors[b[1]] = a[1];
    String script = "echo one >&1; echo two >&" + a[1] + "; echo three >&" + b[1];
    int pid = sys.spawn(List.of("bash", "-c", script), List.of("PATH=/bin"), descriptors);
    sys.close(a[1]);
    sys.close(b[1]);
    assertThat(drain(a[0])).isEqualTo("one\nthree\n");
    assertThat(drain(b[0])).isEqualTo("two\n");
    assertThat(sys.waitpid(pid)).isZero();
    sys.close(a[0]);
    sys.close(b[0]);
  }

  @Test
  void spawnedChildrenHaveDefaultSignalsAndTheirOwnSession() throws IOException {
    int[] out = sys.pipe();
    int pid =
        sys.spawn(
            List.of("/bin/sh", "-c", "cat /proc/self/status; cut -d' ' -f6 /proc/$$/stat"),
            List.of("PATH=/usr/bin:/bin"),
            new int[] {-1, out[1], -1});
    sys.close(out[1]);
    String status = drain(out[0]);
    // glibc leaves its two internal signals, 32 and 33, ignored.
    assertThat(status)
        .containsPattern("SigBlk:\\s+0+\n")
        .containsPattern("SigIgn:\\s+0000000[01]80*\n|SigIgn:\\s+0+\n");
    assertThat(status).endsWith("\n" + pid + "\n");
    sys.waitpid(pid);
    sys.close(out[0]);
  }

  @Test
  void spawnReportsAMissingProgram() {
    assertThatExceptionOfType(ErrnoException.class)
        .isThrownBy(() -> sys.spawn(List.of("/nowhere/program"), List.of(), new int[] {-1, -1, -1}))
        .withMessageStartingWith("posix_spawn /nowhere/program: no such file or directory");
  }

  @Test
  void killsAndReportsTheSignal() throws IOException {
    int pid = sys.spawn(List.of("/bin/sleep", "60"), List.of(), new int[] {-1, -1, -1});
    sys.kill(pid, 0);
    sys.kill(pid, 9);
    assertThat(sys.waitpid(pid)).isEqualTo(9);
    assertThatExceptionOfType(ErrnoException.class)
        .isThrownBy(() -> sys.kill(pid, 0))
        .matches(e -> e.is(Errno.ESRCH));
  }

  @Test
  void locksBelongToTheOpening() throws IOException {
    int one = sys.openat(AT_FDCWD, at("lock"), O_CREAT | O_RDWR, 0600);
    int two = sys.openat(AT_FDCWD, at("lock"), O_RDWR, 0);
    assertThat(sys.flock(one, false)).isTrue();
    assertThat(sys.flock(two, false)).isFalse();
    sys.close(one);
    assertThat(sys.flock(two, true)).isTrue();
    sys.close(two);
  }

  @Test
  void refusesASocketThatIsNotSeqpacketOrAbsent() throws IOException {
    Path socket = dir.resolve("s");
    try (var server = java.nio.channels.ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(java.net.UnixDomainSocketAddress.of(socket));
      assertThatExceptionOfType(ErrnoException.class)
          .isThrownBy(() -> sys.connectSeqpacket(socket.toString()))
          .matches(e -> e.is(Errno.EPROTOTYPE));
    }
    assertThatExceptionOfType(ErrnoException.class)
        .isThrownBy(() -> sys.connectSeqpacket(dir.resolve("none").toString()))
        .matches(e -> e.is(Errno.ENOENT));
  }

  @Test
  void talksSeqpacketOverLongPaths() throws IOException {
    Path deep = Files.createDirectories(dir.resolve("d".repeat(120)).resolve("e".repeat(120)));
    Path socket = deep.resolve("attach");
    String server =
        "import socket,os,sys; s=socket.socket(socket.AF_UNIX,socket.SOCK_SEQPACKET);"
            + "os.chdir(sys.argv[1]); s.bind('attach'); s.listen(1); print('ready',flush=True);"
            + "c,_=s.accept(); m=c.recv(100); c.send(b'got '+m); c.recv(100); c.send(b'end')";
    int[] out = sys.pipe();
    int pid =
        sys.spawn(
            List.of("/usr/bin/python3", "-c", server, deep.toString()),
            List.of(),
            new int[] {-1, out[1], -1});
    sys.close(out[1]);
    ByteBuffer ready = ByteBuffer.allocateDirect(10);
    sys.read(out[0], ready);
    int fd = sys.connectSeqpacket(socket.toString());
    sys.writeFully(fd, direct("abc"));
    ByteBuffer answer = ByteBuffer.allocateDirect(100);
    assertThat(sys.read(fd, answer)).isEqualTo(7);
    sys.shutdownWrite(fd);
    assertThat(sys.read(fd, answer)).isEqualTo(3);
    sys.shutdown(fd);
    assertThat(sys.read(fd, answer)).isZero();
    sys.close(fd);
    sys.waitpid(pid);
    sys.close(out[0]);
  }

  @Test
  void setsTheUmask() {
    int old = sys.umask(077);
    assertThat(sys.umask(old)).isEqualTo(077);
  }

  private static ByteBuffer direct(String text) {
    byte[] bytes = text.getBytes(UTF_8);
    ByteBuffer buffer = ByteBuffer.allocateDirect(bytes.length);
    buffer.put(bytes);
    return buffer.flip();
  }

  private String drain(int fd) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocateDirect(64 * 1024);
    while (sys.read(fd, buffer) > 0) {}
    byte[] bytes = new byte[buffer.position()];
    buffer.flip().get(bytes);
    return new String(bytes, UTF_8);
  }
}
