package io.layerd.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Event;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.Frame;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.PortBinding;
import com.github.dockerjava.api.model.PullResponseItem;
import com.github.dockerjava.api.model.StreamType;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A second client, with HTTP and JSON code of its own: docker-java. */
@ExtendWith(SharedEngine.class)
class DockerJavaIT {
  private final Engine engine;
  private DockerClient client;

  DockerJavaIT(Engine engine) {
    this.engine = engine;
  }

  @BeforeEach
  void connect() {
    DockerClientConfig config =
        DefaultDockerClientConfig.createDefaultConfigBuilder()
            .withDockerHost(engine.docker().host())
            .build();
    client =
        DockerClientImpl.getInstance(
            config,
            new ZerodepDockerHttpClient.Builder()
                .dockerHost(URI.create(engine.docker().host()))
                .build());
  }

  @AfterEach
  void disconnect() throws Exception {
    client
        .listContainersCmd()
        .withShowAll(true)
        .withNameFilter(List.of("dj-"))
        .exec()
        .forEach(
            container ->
                client
                    .removeContainerCmd(container.getId())
                    .withForce(true)
                    .withRemoveVolumes(true)
                    .exec());
    client.close();
  }

  @Test
  void pingVersionInfo() {
    client.pingCmd().exec();
    assertThat(client.versionCmd().exec().getApiVersion()).isEqualTo("1.51");
    assertThat(client.infoCmd().exec().getDriver()).isEqualTo("overlay2");
  }

  @Test
  void pullReportsProgress() throws Exception {
    TestImage image = TestImages.fresh("docker-java", 400_000);
    String ref = engine.registry().push("t-dj", "latest", image);
    List<PullResponseItem> items = new CopyOnWriteArrayList<>();
    client
        .pullImageCmd(ref)
        .exec(
            new ResultCallback.Adapter<PullResponseItem>() {
              @Override
              public void onNext(PullResponseItem item) {
                items.add(item);
              }
            })
        .awaitCompletion(60, TimeUnit.SECONDS);
    assertThat(items)
        .anyMatch(
            item -> "Downloading".equals(item.getStatus()) && item.getProgressDetail() != null);
    assertThat(items).anyMatch(item -> "Pull complete".equals(item.getStatus()));
    assertThat(items.getLast().isPullSuccessIndicated()).isTrue();
    assertThat(client.inspectImageCmd(ref).exec().getId()).isEqualTo(image.imageId());
    assertThat(client.listImagesCmd().withFilter("reference", List.of(ref)).exec()).hasSize(1);
    client.tagImageCmd(ref, engine.registry().ref("t-dj"), "other").exec();
    client.removeImageCmd(ref).withForce(true).exec();
    client.removeImageCmd(engine.registry().ref("t-dj") + ":other").exec();
  }

  @Test
  void lifeOfAContainer() throws Exception {
    String id =
        client
            .createContainerCmd(engine.busybox())
            .withName("dj-life")
            .withCmd("sh", "-c", "echo out; echo err >&2; sleep 1; exit 3")
            .withEnv("A=b")
            .withLabels(Map.of("dj", "life"))
            .exec()
            .getId();
    client.startContainerCmd(id).exec();
    InspectContainerResponse running = client.inspectContainerCmd(id).exec();
    assertThat(running.getState().getRunning()).isTrue();
    assertThat(running.getConfig().getLabels()).containsEntry("dj", "life");
    assertThat(client.listContainersCmd().withLabelFilter(Map.of("dj", "life")).exec()).hasSize(1);
    assertThat(client.waitContainerCmd(id).start().awaitStatusCode(30, TimeUnit.SECONDS))
        .isEqualTo(3);
    Frames logs = new Frames();
    client
        .logContainerCmd(id)
        .withStdOut(true)
        .withStdErr(true)
        .exec(logs)
        .awaitCompletion(20, TimeUnit.SECONDS);
    assertThat(logs.text(StreamType.STDOUT)).isEqualTo("out\n");
    assertThat(logs.text(StreamType.STDERR)).isEqualTo("err\n");
    client.removeContainerCmd(id).exec();
    org.junit.jupiter.api.Assertions.assertThrows(
        NotFoundException.class, () -> client.inspectContainerCmd(id).exec());
  }

  @Test
  void attachWithInput() throws Exception {
    String id =
        client
            .createContainerCmd(engine.busybox())
            .withName("dj-attach")
            .withCmd("cat")
            .withStdinOpen(true)
            .withStdInOnce(true)
            .withAttachStdin(true)
            .withAttachStdout(true)
            .exec()
            .getId();
    Frames frames = new Frames();
    var attached =
        client
            .attachContainerCmd(id)
            .withStdOut(true)
            .withStdErr(true)
            .withFollowStream(true)
            .withStdIn(new ByteArrayInputStream("typed\n".getBytes(StandardCharsets.UTF_8)))
            .exec(frames);
    attached.awaitStarted(10, TimeUnit.SECONDS);
    client.startContainerCmd(id).exec();
    Wait.until(
        "the echo",
        () -> frames.text(StreamType.STDOUT).equals("typed\n"),
        () -> frames.toString());
    attached.close();
  }

  @Test
  void execWithOutputAndCode() throws Exception {
    String id =
        client
            .createContainerCmd(engine.busybox())
            .withName("dj-exec")
            .withCmd("sleep", "1000")
            .exec()
            .getId();
    client.startContainerCmd(id).exec();
    String exec =
        client
            .execCreateCmd(id)
            .withAttachStdout(true)
            .withAttachStderr(true)
            .withCmd("sh", "-c", "echo in; echo no >&2; exit 8")
            .exec()
            .getId();
    Frames frames = new Frames();
    client.execStartCmd(exec).exec(frames).awaitCompletion(20, TimeUnit.SECONDS);
    assertThat(frames.text(StreamType.STDOUT)).isEqualTo("in\n");
    assertThat(frames.text(StreamType.STDERR)).isEqualTo("no\n");
    Wait.until("the exit code", () -> !client.inspectExecCmd(exec).exec().isRunning());
    assertThat(client.inspectExecCmd(exec).exec().getExitCodeLong()).isEqualTo(8);
    org.junit.jupiter.api.Assertions.assertThrows(
        ConflictException.class, () -> client.removeContainerCmd(id).exec());
    client.stopContainerCmd(id).withTimeout(1).exec();
  }

  @Test
  void portsAreBound() {
    ExposedPort port = ExposedPort.tcp(80);
    String id =
        client
            .createContainerCmd(engine.busybox())
            .withName("dj-port")
            .withCmd("sleep", "1000")
            .withExposedPorts(port)
            .withHostConfig(
                HostConfig.newHostConfig().withPortBindings(PortBinding.parse("127.0.0.1::80")))
            .exec()
            .getId();
    client.startContainerCmd(id).exec();
    var bindings =
        client
            .inspectContainerCmd(id)
            .exec()
            .getNetworkSettings()
            .getPorts()
            .getBindings()
            .get(port);
    assertThat(bindings).hasSize(1);
    assertThat(bindings[0].getHostIp()).isEqualTo("127.0.0.1");
    assertThat(Integer.parseInt(bindings[0].getHostPortSpec())).isPositive();
  }

  @Test
  void eventsArrive() throws Exception {
    List<String> actions = new CopyOnWriteArrayList<>();
    try (var events =
        client
            .eventsCmd()
            .withLabelFilter(Map.of("dj", "events"))
            .exec(
                new ResultCallback.Adapter<Event>() {
                  @Override
                  public void onNext(Event event) {
                    actions.add(event.getAction());
                  }
                })) {
      events.awaitStarted(10, TimeUnit.SECONDS);
      Wait.until(
          "events",
          () -> {
            String id =
                client
                    .createContainerCmd(engine.busybox())
                    .withName("dj-events")
                    .withLabels(Map.of("dj", "events"))
                    .withCmd("true")
                    .exec()
                    .getId();
            client.startContainerCmd(id).exec();
            client.waitContainerCmd(id).start().awaitStatusCode(20, TimeUnit.SECONDS);
            client.removeContainerCmd(id).exec();
            return actions.contains("destroy");
          });
      assertThat(actions).contains("create", "start", "die", "destroy");
    }
  }

  /** Frames of a log, attach or exec stream by where they came from. */
  private static final class Frames extends ResultCallback.Adapter<Frame> {
    private final List<Frame> frames = new CopyOnWriteArrayList<>();

    @Override
    public void onNext(Frame frame) {
      frames.add(frame);
    }

    String text(StreamType type) {
      StringBuilder all = new StringBuilder();
      for (Frame frame : frames) {
        if (frame.getStreamType() == type) {
          all.append(new String(frame.getPayload(), StandardCharsets.UTF_8));
        }
      }
      return all.toString();
    }

    @Override
    public String toString() {
      return frames.toString();
    }
  }
}
