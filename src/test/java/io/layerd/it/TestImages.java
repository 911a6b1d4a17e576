package io.layerd.it;

import static io.layerd.it.TarBuilder.utf8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

/** The images of the tests, made of installed packages and of code. */
final class TestImages {
  static final String PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  private static final int BIG_FILE_BYTES = 8 << 20;

  private TestImages() {}

  private static final class BusyboxLayer {
    static final TestLayer LAYER = TestLayer.gzip(busyboxTree());
  }

  static TestLayer busyboxLayer() {
    return BusyboxLayer.LAYER;
  }

  /** One gzip layer: the static busybox with its applets as hard links. */
  static TestImage busybox(TestImage.Form form) {
    return TestImage.of(
        form, Map.of("Cmd", List.of("sh"), "Env", List.of(PATH)), List.of(busyboxLayer()));
  }

  private static TarBuilder busyboxTree() {
    TarBuilder tar = new TarBuilder();
    for (String dir :
        List.of(
            "bin",
            "dev",
            "etc",
            "home",
            "proc",
            "root",
            "sys",
            "usr",
            "usr/bin",
            "usr/sbin",
            "var",
            "var/www",
            "sbin")) {
      tar.dir(dir, 0755);
    }
    tar.dir("tmp", 01777);
    tar.file("bin/busybox", 0755, read(busyboxBinary()));
    for (String applet : Command.sh(busyboxBinary() + " --list").split("\n")) {
      if (!applet.equals("busybox")) {
        tar.hardLink("bin/" + applet, "bin/busybox");
      }
    }
    return tar.symlink("usr/bin/env", "../../bin/env")
        .file(
            "etc/passwd",
            0644,
            "root:x:0:0:root:/root:/bin/sh\ndaemon:x:1:1:daemon:/usr/sbin:/bin/false\n"
                + "www-data:x:33:33:www-data:/var/www:/bin/false\n"
                + "nobody:x:65534:65534:nobody:/home:/bin/false\n")
        .file("etc/group", 0644, "root:x:0:\ndaemon:x:1:\nwww-data:x:33:\nnogroup:x:65534:\n")
        .file("var/www/index.html", 0644, "served\n")
        .file("etc/notexec", 0644, "not a program\n");
  }

  private static Path busyboxBinary() {
    return Stream.of("/bin/busybox", "/usr/bin/busybox", "/sbin/busybox")
        .map(Path::of)
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("install busybox-static"));
  }

  /** Entry point, user, directory, labels, port and volume, to see that they are honoured. */
  static TestImage configured() {
    TestLayer layer =
        TestLayer.gzip(
            new TarBuilder()
                .dir("srv", 0755)
                .dir("srv/work", 0755)
                .file("srv/seed", 0644, "seed\n"));
    return TestImage.of(
        TestImage.Form.OCI,
        Map.of(
            "Entrypoint", List.of("/bin/echo", "entry"),
            "Cmd", List.of("default"),
            "Env", List.of(PATH, "COLOUR=green"),
            "User", "www-data",
            "WorkingDir", "/srv/work",
            "Labels", Map.of("io.layerd.test", "configured"),
            "ExposedPorts", Map.of("80/tcp", Map.of()),
            "Volumes", Map.of("/srv", Map.of()),
            "StopSignal", "SIGUSR1"),
        List.of(busyboxLayer(), layer));
  }

  /**
   * Every odd kind of file in six layers of all three packings: setuid, capabilities, hard links
   * within and across layers, devices, pipes, odd names, whiteouts, opaque directories, files that
   * turn into directories and back.
   */
  static TestImage odd() {
    String longName = "n".repeat(180);
    TarBuilder kinds =
        new TarBuilder()
            .dir("odd", 0755)
            .withXattr(
                "odd/cap",
                0755,
                Map.of(
                    "security.capability",
                    "\u0001\u0000\u0000\u0002\u0000\u0024\u0000\u0000\u0000\u0000\u0000\u0000"
                        + "\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000",
                    "user.note",
                    "hello"),
                new byte[] {1, 2, 3})
            .file("odd/setuid", 06755, "suid")
            .dir("odd/sticky", 03777)
            .owned("odd/bigid", 0, 4_000_000, 3_000_000, "ids")
            .device("odd/chr", false, 1, 3)
            .device("odd/blk", true, 7, 0)
            .fifo("odd/fifo")
            .symlink("odd/abs", "/etc/passwd")
            .symlink("odd/rel", "../etc/group")
            .symlink("odd/dangling", "nowhere")
            .file("odd/first", 0644, "linked")
            .hardLink("odd/second", "odd/first")
            .file("odd/" + utf8("ünïcødé-файл-🐳"), 0644, "u")
            .file("odd/latin1-\u00e4\u00f6", 0644, "l")
            .file("odd/with space", 0644, "s")
            .file("odd/new\nline", 0644, "n")
            .file("odd/" + longName, 0644, "long")
            .symlink("odd/longlink", longName + "/" + longName)
            .dir("odd/emptydir", 0700)
            .file("odd/empty", 0644, "");
    TarBuilder lower =
        new TarBuilder()
            .pax()
            .dir("tree", 0755)
            .dir("tree/" + longName, 0755)
            .file("tree/" + longName + "/" + longName, 0644, "deep")
            .dir("tree/opaque", 0755)
            .file("tree/opaque/old", 0644, "old")
            .file("tree/gone", 0644, "gone")
            .dir("tree/gonedir", 0755)
            .file("tree/gonedir/inside", 0644, "x")
            .file("tree/file2dir", 0644, "f")
            .dir("tree/dir2file", 0755)
            .file("tree/dir2file/inside", 0644, "x")
            .dir("tree/dir2link", 0755);
    TarBuilder upper =
        new TarBuilder()
            .dir("tree", 0755)
            .file("tree/.wh.gone", 0600, "")
            .file("tree/.wh.gonedir", 0600, "")
            .dir("tree/opaque", 0755)
            .file("tree/opaque/.wh..wh..opq", 0600, "")
            .file("tree/opaque/new", 0644, "new")
            .dir("tree/file2dir", 0755)
            .file("tree/file2dir/inside", 0644, "in")
            .file("tree/dir2file", 0644, "file")
            .symlink("tree/dir2link", "opaque")
            .file("tree/implied/parent", 0644, "made");
    byte[] noise = new byte[BIG_FILE_BYTES];
    new Random(11).nextBytes(noise);
    TarBuilder big = new TarBuilder().file("big.rnd", 0644, noise);
    TarBuilder many = new TarBuilder().dir("small", 0755);
    for (int i = 0; i < 2000; i++) {
      many.file("small/f" + i, 0644, "file " + i + "\n");
    }
    return TestImage.of(
        TestImage.Form.OCI,
        Map.of("Cmd", List.of("sh"), "Env", List.of(PATH)),
        List.of(
            busyboxLayer(),
            TestLayer.of(kinds.bytes(), TestLayer.Packing.ZSTD),
            TestLayer.of(lower.bytes(), TestLayer.Packing.PLAIN),
            TestLayer.of(upper.bytes(), TestLayer.Packing.GZIP),
            TestLayer.of(big.bytes(), TestLayer.Packing.GZIP),
            TestLayer.of(many.bytes(), TestLayer.Packing.ZSTD)));
  }

  /** An index whose images each say their architecture in /arch. */
  static TestImage multiPlatform(TestImage.Form form) {
    return TestImage.index(
        form, Map.of("amd64", saysArch(form, "amd64"), "arm64", saysArch(form, "arm64")));
  }

  private static TestImage saysArch(TestImage.Form form, String architecture) {
    return TestImage.of(
        form,
        architecture,
        Map.of("Cmd", List.of("cat", "/arch"), "Env", List.of(PATH)),
        List.of(
            busyboxLayer(),
            TestLayer.gzip(new TarBuilder().file("arch", 0644, architecture + "\n"))));
  }

  /** Two layers nobody else has, so that a pull of it always fetches: {@code salt} varies them. */
  static TestImage fresh(String salt, int sizeBytes) {
    byte[] noise = new byte[sizeBytes];
    new Random(salt.hashCode()).nextBytes(noise);
    return TestImage.of(
        TestImage.Form.DOCKER,
        Map.of("Cmd", List.of("sh"), "Env", List.of(PATH)),
        List.of(
            busyboxLayer(),
            TestLayer.gzip(new TarBuilder().file("salt", 0644, salt)),
            TestLayer.gzip(new TarBuilder().file("noise", 0644, noise))));
  }

  /** A Debian root file system, one layer for each package that {@code ./test} downloaded. */
  static TestImage debian(Path packages) {
    try (Stream<Path> files = Files.list(packages)) {
      List<Path> debs = files.filter(file -> file.toString().endsWith(".deb")).sorted().toList();
      List<TestLayer> layers = new ArrayList<>();
      for (int i = 0; i < debs.size(); i++) {
        Process process =
            new ProcessBuilder("dpkg-deb", "--fsys-tarfile", debs.get(i).toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        byte[] tar = process.getInputStream().readAllBytes();
        layers.add(TestLayer.of(tar, TestLayer.Packing.values()[i % 3]));
      }
      return TestImage.of(
          TestImage.Form.OCI, Map.of("Cmd", List.of("bash"), "Env", List.of(PATH)), layers);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] read(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
