package io.layerd.container;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.layerd.archive.LayerUnpackers;
import io.layerd.archive.TarSplit;
import io.layerd.container.ContainerService.WaitResult;
import io.layerd.error.EngineException;
import io.layerd.events.EventLog;
import io.layerd.graph.overlay2.Overlay2Driver;
import io.layerd.image.ImageService;
import io.layerd.image.ImageService.Image;
import io.layerd.image.ImageServices;
import io.layerd.layer.Layer;
import io.layerd.layer.LayerStore;
import io.layerd.layer.LayerStores;
import io.layerd.network.NetworkOptions;
import io.layerd.network.NetworkService;
import io.layerd.network.NetworkServices;
import io.layerd.oci.Reference;
import io.layerd.registry.RegistryOptions;
import io.layerd.registry.RegistrySettings;
import io.layerd.runtime.ContainerRuntimes;
import io.layerd.runtime.RuntimeOptions;
import io.layerd.sys.Sys;
import io.layerd.volume.VolumeStores;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Containers with the real runtime and conmon, layers, networks and volumes, on an image of
 * busybox.
 */
class RealContainersTest {
  private Path directory = Path.of("");
  private Fixture f;
  private NetworkService networks;

  @BeforeEach
  void open() throws Exception {
    directory = Files.createTempDirectory(Path.of("/var/tmp"), "layerd-containers-");
    Path template = directory.resolve("busybox");
    for (String path : List.of("bin", "proc", "sys", "dev", "tmp", "etc", "root", "data")) {
      Files.createDirectories(template.resolve(path));
    }
    Files.copy(Path.of("/bin/busybox"), template.resolve("bin/busybox"));
    HostProgram.run(
        List.of("chroot", template.toString(), "/bin/busybox", "--install", "-s", "/bin"));
    Files.writeString(template.resolve("etc/passwd"), "root:x:0:0:root:/root:/bin/sh\n");
    Files.writeString(template.resolve("data/file"), "from the image\n");
    networks =
        NetworkServices.open(
            NetworkOptions.defaults(directory, directory.resolve("run"))
                .withBridge("lyct0", "10.231.7.1/24")
                .withMtu(1400),
            Sys.host());
    networks.recover(Set.of());
    LayerStore first = layers();
    try (InputStream tar = tar(template)) {
      Layer layer = first.register(first.stage(tar), null, null);
      ImageService images = images(first);
      String config =
          "{\"architecture\":\"amd64\",\"os\":\"linux\",\"config\":{},"
              + "\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\""
              + layer.diffId()
              + "\"]}}";
      Image image = images.createImage(config.getBytes(StandardCharsets.UTF_8), null, true);
      images.tag(image.id(), Reference.parse("busybox"));
    }
    f = new Fixture(directory, this::world);
    f.recover();
  }

  private Containers.Parts world(EtcFiles etc, EventLog log, Executor work) {
    LayerStore layers = layers();
    return new Containers.Parts(
        io.layerd.sys.Sys.host(),
        directory,
        layers,
        images(layers),
        ContainerRuntimes.open(directory.resolve("run"), RuntimeOptions.defaults()),
        networks,
        VolumeStores.open(directory),
        io.layerd.security.Selinux.off(),
        etc,
        Fixture.LOG,
        log,
        work);
  }

  private LayerStore layers() {
    Sys sys = Sys.host();
    return LayerStores.open(
        directory,
        Overlay2Driver.open(directory.resolve("overlay2")),
        LayerUnpackers.create(sys),
        (split, files) -> TarSplit.assemble(sys, split, files));
  }

  private ImageService images(LayerStore layers) {
    return ImageServices.open(
        directory, layers, new RegistryOptions(RegistrySettings.DEFAULT), new EventLog());
  }

  private static InputStream tar(Path tree) throws IOException {
    return new ProcessBuilder("tar", "-C", tree.toString(), "-c", ".").start().getInputStream();
  }

  private String mounts() throws IOException {
    return Files.readString(Path.of("/proc/self/mountinfo"));
  }

  @AfterEach
  void close() throws Exception {
    for (ContainerSnapshot c : f.service.list(new ListQuery(true, 0, false, java.util.Map.of()))) {
      try {
        f.service.remove(c.id(), true, true).get(15, TimeUnit.SECONDS);
      } catch (EngineException e) {
        // Auto-removed in this moment.
        continue;
      }
    }
    f.close();
    networks.close();
    HostProgram.run(List.of("umount", "-l", directory + "/run/netns/default"));
    HostProgram.run(List.of("umount", "-l", directory + "/run/netns"));
    HostProgram.run(List.of("rm", "-rf", directory.toString()));
    assertThat(directory).doesNotExist();
  }

  private String create(String config, String host, String... cmd) {
    StringBuilder words = new StringBuilder();
    for (String word : cmd) {
      words.append(words.isEmpty() ? "" : ",").append('"').append(word).append('"');
    }
    return f.create(
        null,
        "{\"Image\":\"busybox\"," + config + "\"Cmd\":[" + words + "]}",
        "{\"NetworkMode\":\"none\"" + host + "}");
  }

  private String run(String... cmd) {
    String id = create("", "", cmd);
    f.service.start(id);
    return id;
  }

  private int wait(String id) throws Exception {
    return f.service.await(id, WaitCondition.NOT_RUNNING).get(20, TimeUnit.SECONDS).statusCode();
  }

  private String logs(String id) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    f.service.logs(
        id,
        new LogQuery(true, true, false, false, false, -1, null, null),
        (_, data) -> out.writeBytes(data));
    return out.toString(StandardCharsets.UTF_8);
  }

  private static CompletableFuture<String> pump(AttachSession session, StringBuffer text) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            session.pump((_, data) -> text.append(new String(data, StandardCharsets.UTF_8)));
          } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
          }
          return text.toString();
        });
  }

  @Test
  void saysHelloToWhoAttachedFirst() throws Exception {
    String id = create("", "", "echo", "hello");
    AttachSession session =
        f.service.attach(id, new AttachRequest(false, true, true, false, true, null));
    CompletableFuture<String> output = pump(session, new StringBuffer());
    CompletableFuture<WaitResult> exit = f.service.await(id, WaitCondition.NEXT_EXIT);
    f.service.start(id);
    assertThat(exit.get(10, TimeUnit.SECONDS).statusCode()).isZero();
    assertThat(output.get(10, TimeUnit.SECONDS)).isEqualTo("hello\n");
    assertThat(logs(id)).isEqualTo("hello\n");
  }

  @Test
  void inputEndsWithTheClients() throws Exception {
    String id = create("\"OpenStdin\":true,\"StdinOnce\":true,", "", "cat");
    AttachSession session =
        f.service.attach(id, new AttachRequest(true, true, true, false, true, null));
    CompletableFuture<String> output = pump(session, new StringBuffer());
    f.service.start(id);
    byte[] data = "abc\n".getBytes(StandardCharsets.UTF_8);
    session.write(data, 0, data.length);
    session.closeInput();
    assertThat(output.get(10, TimeUnit.SECONDS)).isEqualTo("abc\n");
    assertThat(wait(id)).isZero();
  }

  @Test
  void exitCodes() throws Exception {
    assertThat(wait(run("sh", "-c", "exit 3"))).isEqualTo(3);
    String missing = create("", "", "/nope");
    assertThatThrownBy(() -> f.service.start(missing)).hasMessageContaining("/nope");
    assertThat(f.state(missing).exitCode()).isEqualTo(127);
    String directory = create("", "", "/etc");
    assertThatThrownBy(() -> f.service.start(directory)).hasMessageContaining("/etc");
    assertThat(f.state(directory).exitCode()).isEqualTo(126);
    String killed = run("sleep", "100");
    f.service.kill(killed, null).get(10, TimeUnit.SECONDS);
    assertThat(f.state(killed).exitCode()).isEqualTo(137);
    assertThat(mounts()).doesNotContain(directory + "/overlay2");
  }

  @Test
  void outputWithoutNewline() throws Exception {
    String id = run("printf", "a\\nb");
    wait(id);
    assertThat(logs(id)).isEqualTo("a\nb");
  }

  @Test
  void stopsGently() throws Exception {
    String id =
        run("sh", "-c", "trap 'echo bye; exit 4' TERM; echo up; while :; do sleep 0.1; done");
    Fixture.eventually(
        () -> {
          try {
            return logs(id).equals("up\n");
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        });
    f.service.stop(id, null, 10).get(15, TimeUnit.SECONDS);
    assertThat(f.state(id).exitCode()).isEqualTo(4);
    assertThat(logs(id)).isEqualTo("up\nbye\n");
    String deaf = run("sleep", "100");
    f.service.stop(deaf, null, 1).get(15, TimeUnit.SECONDS);
    assertThat(f.state(deaf).exitCode()).isEqualTo(137);
  }

  @Test
  void terminal() throws Exception {
    String id = create("\"OpenStdin\":true,\"StdinOnce\":true,\"Tty\":true,", "", "sh");
    AttachSession session =
        f.service.attach(id, new AttachRequest(true, true, true, false, true, null));
    StringBuffer text = new StringBuffer();
    CompletableFuture<String> output = pump(session, text);
    f.service.start(id);
    f.service.resize(id, 33, 77);
    byte[] input = "stty size\n".getBytes(StandardCharsets.UTF_8);
    session.write(input, 0, input.length);
    Fixture.eventually(() -> text.toString().contains("33 77"));
    session.write(new byte[] {16, 17}, 0, 2);
    output.get(10, TimeUnit.SECONDS);
    assertThat(f.state(id).running()).isTrue();
    AttachSession again =
        f.service.attach(id, new AttachRequest(true, true, true, true, true, null));
    StringBuffer more = new StringBuffer();
    CompletableFuture<String> rest = pump(again, more);
    Fixture.eventually(() -> more.toString().contains("33 77"));
    byte[] exit = "exit 5\n".getBytes(StandardCharsets.UTF_8);
    again.write(exit, 0, exit.length);
    assertThat(wait(id)).isEqualTo(5);
    rest.get(10, TimeUnit.SECONDS);
  }

  @Test
  void execs() throws Exception {
    String id = run("sleep", "100");
    String exec =
        f.service.createExec(
            id,
            Fixture.parse(
                "{\"Cmd\":[\"sh\",\"-c\",\"echo $A $HOSTNAME; exit 6\"],\"AttachStdout\":true,\"Env\":[\"A=b\"]}",
                ExecConfig.class));
    AttachSession session =
        requireNonNull(f.service.startExec(exec, new ExecStart(false, false, null)));
    assertThat(pump(session, new StringBuffer()).get(10, TimeUnit.SECONDS))
        .isEqualTo("b " + id.substring(0, 12) + "\n");
    assertThat(f.service.inspectExec(exec).exitCode()).isEqualTo(6);
    String missing =
        f.service.createExec(id, Fixture.parse("{\"Cmd\":[\"/nope\"]}", ExecConfig.class));
    assertThatThrownBy(() -> f.service.startExec(missing, new ExecStart(true, false, null)))
        .isInstanceOf(EngineException.class);
    assertThat(f.service.inspectExec(missing).exitCode()).isEqualTo(127);
    assertThat(f.service.top(id, "").processes())
        .singleElement()
        .satisfies(fields -> assertThat(fields.getLast()).isEqualTo("sleep 100"));
  }

  @Test
  void volumesAndBinds() throws Exception {
    Path shared = Files.createDirectories(directory.resolve("shared"));
    String id =
        create(
            "",
            ",\"Binds\":[\"vol:/data\",\""
                + shared
                + ":/shared:ro\"],\"Tmpfs\":{\"/scratch\":\"size=64k\"}",
            "sh",
            "-c",
            "cat /data/file; touch /shared/x || echo ro; df -k /scratch | tail -1 | awk '{print $2}'");
    f.service.start(id);
    wait(id);
    assertThat(logs(id)).startsWith("from the image\n").contains("ro\n", "64\n");
    assertThat(directory.resolve("volumes/vol/_data/file")).hasContent("from the image");
  }

  @Test
  void sharedMemoryIsShared() throws Exception {
    String donor = create("", ",\"IpcMode\":\"shareable\"", "sleep", "100");
    f.service.start(donor);
    String exec =
        f.service.createExec(
            donor,
            Fixture.parse("{\"Cmd\":[\"sh\",\"-c\",\"echo x > /dev/shm/f\"]}", ExecConfig.class));
    f.service.startExec(exec, new ExecStart(true, false, null));
    Fixture.eventually(() -> f.service.inspectExec(exec).exitCode() != null);
    String guest = create("", ",\"IpcMode\":\"container:" + donor + "\"", "cat", "/dev/shm/f");
    f.service.start(guest);
    wait(guest);
    assertThat(logs(guest)).isEqualTo("x\n");
    f.service.remove(donor, true, false).get(10, TimeUnit.SECONDS);
    assertThat(Files.readString(Path.of("/proc/self/mountinfo"))).doesNotContain(donor);
  }

  @Test
  void theNextDaemonFindsThem() throws Exception {
    String running = run("sh", "-c", "i=0; while :; do echo $i; i=$((i+1)); sleep 0.05; done");
    String ended = run("sh", "-c", "sleep 0.3; echo late; exit 9");
    f.reopenAfter(() -> sleep(800));
    assertThat(f.state(running).running()).isTrue();
    Fixture.eventually(() -> f.state(ended).status().equals("exited"));
    assertThat(f.state(ended).exitCode()).isEqualTo(9);
    assertThat(logs(ended)).isEqualTo("late\n");
    f.service.stop(running, null, 0).get(10, TimeUnit.SECONDS);
    List<String> lines = logs(running).lines().toList();
    for (int i = 0; i < lines.size(); i++) {
      assertThat(lines.get(i)).isEqualTo(String.valueOf(i));
    }
    assertThat(lines).hasSizeGreaterThan(10);
    assertThat(mounts()).doesNotContain(directory + "/overlay2");
  }

  private static void sleep(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void publishesAPort() throws Exception {
    String id =
        f.create(
            null,
            "{\"Image\":\"busybox\",\"Cmd\":[\"sh\",\"-c\",\"cat /etc/hosts; echo found > /tmp/f; httpd -f -p 80 -h /tmp\"],\"ExposedPorts\":{\"80/tcp\":{}}}",
            "{\"PortBindings\":{\"80/tcp\":[{\"HostIp\":\"127.0.0.1\",\"HostPort\":\"\"}]}}");
    f.service.start(id);
    ContainerSnapshot c = f.service.inspect(id, false);
    String address = requireNonNull(c.network().networks().get("bridge")).ipAddress();
    assertThat(address).startsWith("10.231.7.");
    String port = requireNonNull(c.network().ports().get("80/tcp")).getFirst().hostPort();
    Fixture.eventually(
        () ->
            HostProgram.run(List.of("busybox", "wget", "-qO-", "http://127.0.0.1:" + port + "/f"))
                .output()
                .equals("found\n"));
    assertThat(logs(id)).contains(address + "\t" + id.substring(0, 12));
    f.service.remove(id, true, false).get(15, TimeUnit.SECONDS);
  }

  @Test
  void manyAtOnceLeaveNothing() throws Exception {
    List<CompletableFuture<WaitResult>> waits = new ArrayList<>();
    List<CompletableFuture<Void>> starts = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      String id = create("", ",\"AutoRemove\":true", "true");
      waits.add(f.service.await(id, WaitCondition.REMOVED));
      starts.add(CompletableFuture.runAsync(() -> f.service.start(id)));
    }
    CompletableFuture.allOf(starts.toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);
    for (CompletableFuture<WaitResult> wait : waits) {
      assertThat(wait.get(30, TimeUnit.SECONDS).statusCode()).isZero();
    }
    assertThat(directory.resolve("containers")).isEmptyDirectory();
    assertThat(directory.resolve("image/overlay2/layerdb/mounts")).isEmptyDirectory();
    assertThat(mounts()).doesNotContain(directory + "/overlay2");
  }

  @Test
  void pausedIsKilledAllTheSame() throws Exception {
    String id = run("sleep", "100");
    f.service.pause(id);
    assertThat(f.state(id).status()).isEqualTo("paused");
    f.service.stop(id, null, 1).get(15, TimeUnit.SECONDS);
    assertThat(f.state(id).exitCode()).isEqualTo(137);
  }
}
