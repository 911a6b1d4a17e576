package io.layerd.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Contexts that no honest client sends: nothing outside of the build is read or written. */
@ExtendWith(SharedEngine.class)
class HostileContextsIT {
  private static final long GIGABYTE = 1L << 30;
  private static final int BLOCK = 1 << 16;

  private final Engine engine;
  private final DockerCli docker;
  private Path directory = Path.of("/");

  HostileContextsIT(Engine engine) {
    this.engine = engine;
    docker = engine.docker();
  }

  @BeforeEach
  void prepare() {
    directory = engine.directory();
  }

  @AfterEach
  void clear() {
    docker
        .with(
            "bash",
            "-c",
            "docker rmi -f it-hostile >/dev/null 2>&1; docker image prune -f >/dev/null; rm -rf "
                + directory)
        .run();
    assertThat(docker.ok("ps", "-aq")).as("containers that builds left").isEmpty();
    DaemonFixture daemon = engine.daemon();
    if (daemon != null) {
      assertThat(
              Command.sh(
                  "find "
                      + daemon.dataRoot()
                      + " -maxdepth 2 -name 'docker-builder*' -path '*tmp*'"))
          .as("contexts that builds left")
          .isEmpty();
    }
  }

  private Result send(byte[] context) throws IOException {
    Path file = directory.resolve("context");
    Files.write(file, context);
    return send(file);
  }

  private Result send(Path context) {
    return send(docker, context);
  }

  private static Result send(DockerCli docker, Path context) {
    return Command.of(
            "curl",
            "-sS",
            "-X",
            "POST",
            "--unix-socket",
            docker.host().replace("unix://", ""),
            "-H",
            "Content-Type: application/x-tar",
            "-H",
            "Expect:",
            "-T",
            context.toString(),
            "http://d/build?t=it-hostile&nocache=1")
        .run()
        .ok();
  }

  private TarBuilder context(String instructions) {
    return new TarBuilder()
        .file("Dockerfile", 0644, "FROM " + engine.busybox() + "\n" + instructions);
  }

  private String listed(String path) {
    return docker.ok("run", "--rm", "it-hostile", "ls", "-lA", path);
  }

  @Test
  void namesThatLeadOutAreRefused() throws IOException {
    String outside = directory.resolve("outside").toString();
    for (TarBuilder hostile :
        java.util.List.of(
            context("COPY . /c\n").file("../../../../../../../.." + outside, 0644, "out"),
            context("COPY . /c\n").symlink("l", directory.toString()).file("l/outside", 0644, "x"),
            context("COPY . /c\n").hardLink("h", "../../../../../../../../etc/passwd"),
            context("COPY . /c\n").symlink("l", "/etc").hardLink("h", "l/passwd"))) {
      Result result = send(hostile.bytes());
      assertThat(Path.of(outside)).doesNotExist();
      if (!result.out().contains("Successfully built")) {
        assertThat(result.out()).containsAnyOf("Error processing tar file", "message");
      } else {
        assertThat(docker.ok("run", "--rm", "it-hostile", "sh", "-c", "cat /c/h 2>&1 || true"))
            .doesNotContain("root:");
      }
    }
  }

  @Test
  void linksInCopyStayInTheContext() throws IOException {
    TarBuilder linked = context("COPY l/passwd /p\n").symlink("l", "/etc");
    assertThat(send(linked.bytes()).out()).contains("file not found in build context");
    TarBuilder loop = context("COPY l /p\n").symlink("l", "m").symlink("m", "l");
    assertThat(send(loop.bytes()).out()).contains("errorDetail");
    // in the image, a link is what it is
    TarBuilder whole = context("COPY d /d\n").dir("d", 0755).symlink("d/l", "/etc/passwd");
    assertThat(send(whole.bytes()).out()).contains("Successfully built");
    assertThat(listed("/d")).contains("l -> /etc/passwd");
  }

  @Test
  void devicesAreCopiedAsNodesAndNotRead() throws IOException {
    TarBuilder devices =
        context("COPY d /d\nRUN ls -l /d\nRUN rm -r /d\n")
            .dir("d", 0755)
            .device("d/disk", true, 1, 1)
            .device("d/zero", false, 1, 5)
            .fifo("d/pipe");
    String out = send(devices.bytes()).out();
    assertThat(out)
        .contains("Successfully built")
        .containsPattern("brw\\S+ +1 root +root +1, +1 .* disk")
        .containsPattern("crw\\S+ +1 root +root +1, +5 .* zero")
        .containsPattern("prw\\S+ +1 root +root +0 .* pipe");
    TarBuilder dockerfile = new TarBuilder().device("Dockerfile", false, 1, 5);
    assertThat(send(dockerfile.bytes()).out()).contains("is no file of a usual size");
    TarBuilder pipe = new TarBuilder().fifo("Dockerfile");
    assertThat(send(pipe.bytes()).out()).contains("is no file of a usual size");
    TarBuilder added = context("ADD zero /z\n").device("zero", false, 1, 5);
    assertThat(send(added.bytes()).out()).contains("Successfully built");
    assertThat(listed("/z")).containsPattern("^crw\\S+ +1 root +root +1, +5 .*/z$");
  }

  /** Compressed it is a megabyte; the daemon may not take it into memory. */
  private Path huge(String name, String before) throws IOException {
    Path file = directory.resolve("huge.tgz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file), BLOCK)) {
      byte[] start = context(before).bytes();
      int length = start.length;
      while (start[length - 1] == 0) {
        length--; // without the blocks that end it
      }
      out.write(start, 0, (length + 511) / 512 * 512);
      out.write(header(name));
      byte[] block = "a".repeat(BLOCK).getBytes(StandardCharsets.US_ASCII);
      for (long sent = 0; sent < GIGABYTE; sent += BLOCK) {
        out.write(block);
      }
      out.write(new byte[1024]);
    }
    return file;
  }

  private static byte[] header(String name) {
    byte[] header = new byte[512];
    put(header, 0, name);
    put(header, 100, "0000644");
    put(header, 108, "0000000");
    put(header, 116, "0000000");
    put(header, 124, "%011o".formatted(GIGABYTE));
    put(header, 136, "00000000000");
    put(header, 148, "        ");
    header[156] = '0';
    put(header, 257, "ustar");
    put(header, 263, "00");
    int sum = 0;
    for (byte each : header) {
      sum += each;
    }
    put(header, 148, "%06o".formatted(sum));
    header[154] = 0;
    header[155] = ' ';
    return header;
  }

  private static void put(byte[] header, int at, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(bytes, 0, header, at, bytes.length);
  }

  @Test
  void aGigabyteInOneLineIsNoRule() throws IOException {
    assertThat(send(huge(".dockerignore", "ENV a=b\n")).out())
        .containsAnyOf("Successfully built", "errorDetail");
    assertThat(docker.ok("version", "--format", "{{.Server.Version}}")).isNotEmpty();
  }

  /** More files than the data root has room for end the build, and are all removed. */
  @Test
  void filesWithoutEndFillNoDisk() throws IOException {
    try (SmallDisk disk = SmallDisk.of("inodes", "64M", "-m 0 -N 6000");
        RegistryFixture registry = new RegistryFixture();
        DaemonFixture daemon = DaemonFixture.start("--data-root", disk.dataRoot())) {
      String base = registry.push("busybox", "latest", TestImages.busybox(TestImage.Form.DOCKER));
      daemon.docker().ok("pull", "-q", base);
      String inodes = "df --output=iused " + disk.dataRoot() + " | tail -1";
      int before = inodes(inodes);
      TarBuilder endless =
          new TarBuilder().file("Dockerfile", 0644, "FROM " + base + "\nCOPY . /c\n");
      for (int i = 0; i < 20_000; i++) {
        endless.file("d" + i / 1000 + "/f" + i, 0644, "");
      }
      Path file = directory.resolve("endless");
      Files.write(file, endless.bytes());
      assertThat(send(daemon.docker(), file).out())
          .contains("no space left on device")
          .doesNotContain("Successfully built");
      Wait.until("all files are removed", () -> inodes(inodes) <= before + 20);
      assertThat(daemon.docker().ok("ps", "-aq")).isEmpty();
      TarBuilder few = new TarBuilder().file("a", 0644, "");
      Files.write(file, few.file("Dockerfile", 0644, "FROM " + base + "\nCOPY a /\n").bytes());
      assertThat(send(daemon.docker(), file).out()).contains("Successfully built");
    }
  }

  private static int inodes(String command) {
    return Integer.parseInt(Command.sh(command).strip());
  }

  @Test
  void manyFilesAreContained() throws IOException {
    TarBuilder many = context("ENV a=b\n");
    for (int i = 0; i < 30_000; i++) {
      many.file("d" + i % 100 + "/f" + i, 0644, "");
    }
    assertThat(send(many.bytes()).out()).contains("Successfully built");
  }
}
