package io.layerd.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.layerd.error.NotFound;
import io.layerd.spec.ContainerConfig;
import io.layerd.spec.SpecJson;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CreateTest {
  @TempDir Path root;
  private Fixture f;

  @BeforeEach
  void open() {
    f = new Fixture(root);
  }

  @AfterEach
  void close() {
    f.close();
  }

  /** What dockerd 28.5 answered to the same HostConfig. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "{'RestartPolicy':{'Name':'foo'}} ~ invalid restart policy: unknown policy 'foo'; use one of 'no', 'always', 'on-failure', or 'unless-stopped'",
        "{'RestartPolicy':{'Name':'always','MaximumRetryCount':3}} ~ invalid restart policy: maximum retry count can only be used with 'on-failure'",
        "{'RestartPolicy':{'Name':'on-failure','MaximumRetryCount':-3}} ~ invalid restart policy: maximum retry count cannot be negative",
        "{'RestartPolicy':{'Name':'always'},'AutoRemove':true} ~ can't create 'AutoRemove' container with restart policy",
        "{'NetworkMode':'host','Links':['a:b']} ~ conflicting options: host type networking can't be used with links. This would result in undefined behavior",
        "{'NetworkMode':'container:'} ~ invalid network mode: invalid container format container:<name|id>",
        "{'NetworkMode':'container:foo','PublishAllPorts':true} ~ conflicting options: port publishing and the container type network mode",
        "{'PortBindings':{'abc/tcp':[{'HostPort':'80'}]}} ~ invalid port specification: \"abc\"",
        "{'PortBindings':{'80/tcp':[{'HostPort':'abc'}]}} ~ invalid port specification: \"abc\"",
        "{'Binds':['/a:/b:zz']} ~ invalid mode: zz",
        "{'Binds':['a']} ~ invalid volume specification: 'a': invalid mount config for type \"volume\": invalid mount path: 'a' mount path must be absolute",
        "{'Binds':['/a:b']} ~ invalid volume specification: '/a:b': invalid mount config for type \"bind\": invalid mount path: 'b' mount path must be absolute",
        "{'Binds':['/a:/']} ~ invalid volume specification: '/a:/': invalid mount config for type \"bind\": invalid specification: destination can't be '/'",
        "{'Binds':['/tmp:/b','/tmp:/b']} ~ Duplicate mount point: /b",
        "{'Binds':['/a:/b:ro:rw']} ~ invalid volume specification: '/a:/b:ro:rw'",
        "{'Binds':['::']} ~ invalid volume specification: '::'",
        "{'Mounts':[{'Type':'bind','Source':'/nonexist','Target':'/x'}]} ~ invalid mount config for type \"bind\": bind source path does not exist: /nonexist",
        "{'Mounts':[{'Type':'bind','Target':'/x'}]} ~ invalid mount config for type \"bind\": field Source must not be empty",
        "{'Mounts':[{'Type':'foo','Target':'/x'}]} ~ invalid mount config for type \"foo\": mount type unknown",
        "{'Mounts':[{'Type':'volume','Source':'v'}]} ~ invalid mount config for type \"volume\": field Target must not be empty",
        "{'Mounts':[{'Type':'tmpfs','Target':'/x','Source':'a'}]} ~ invalid mount config for type \"tmpfs\": field Source must not be specified",
        "{'Mounts':[{'Type':'tmpfs','Target':'x'}]} ~ invalid mount config for type \"tmpfs\": invalid mount path: 'x' mount path must be absolute",
        "{'Mounts':[{'Type':'bind','Source':'rel','Target':'/x'}]} ~ invalid mount config for type \"bind\": invalid mount path: 'rel' mount path must be absolute",
        "{'Tmpfs':{'x':''}} ~ invalid mount path: 'x' mount path must be absolute",
        "{'Tmpfs':{'/x':''},'Binds':['/tmp:/x']} ~ Duplicate mount point: /x",
        "{'VolumesFrom':['nope']} ~ No such container: nope",
        "{'VolumesFrom':['nope:zz']} ~ invalid mode: zz",
        "{'LogConfig':{'Type':'foo'}} ~ error looking up logging plugin foo: plugin \"foo\" not found",
        "{'LogConfig':{'Type':'json-file','Config':{'foo':'bar'}}} ~ unknown log opt 'foo' for json-file log driver",
        "{'IpcMode':'container:nope'} ~ No such container: nope",
        "{'PidMode':'container:nope'} ~ No such container: nope",
        "{'ExtraHosts':['abc']} ~ bad format for add-host: \"abc\"",
      })
  void refusesInDockerdsWords(String host, String message) {
    assertThatThrownBy(
            () ->
                f.create(
                    null, "{\"Image\":\"busybox\",\"Cmd\":[\"true\"]}", host.replace('\'', '"')))
        .hasMessage(message);
    assertThat(root.resolve("containers")).isEmptyDirectory();
    assertThat(f.volumes.volumes).isEmpty();
    assertThat(f.layers.mounts).isEmpty();
  }

  @Test
  void refusesABadConfig() {
    assertThatThrownBy(() -> f.service.create(new CreateRequest(null, null, null, null, null)))
        .hasMessage("config cannot be empty in order to create a container");
    assertThatThrownBy(() -> f.create("{}"))
        .hasMessage("config cannot be empty in order to create a container");
    assertThatThrownBy(() -> f.create("{\"Image\":\"nope\"}"))
        .isInstanceOf(NotFound.class)
        .hasMessage("No such image: nope:latest");
    f.images.config = "{}";
    assertThatThrownBy(() -> f.create("{\"Image\":\"busybox\"}"))
        .hasMessage("no command specified");
    assertThatThrownBy(() -> f.create("-", "{\"Image\":\"busybox\",\"Cmd\":[\"a\"]}", "{}"))
        .hasMessage("Invalid container name (-), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed");
    assertThatThrownBy(
            () -> f.create("{\"Image\":\"busybox\",\"Cmd\":[\"a\"],\"WorkingDir\":\"x\"}"))
        .hasMessage("the working directory 'x' is invalid, it needs to be an absolute path");
  }

  @Test
  void aNameBelongsToOne() {
    String id = f.create("xx", "{\"Image\":\"busybox\"}", "{}");
    assertThatThrownBy(() -> f.create("xx", "{\"Image\":\"busybox\"}", "{}"))
        .hasMessage(
            "Conflict. The container name \"/xx\" is already in use by container \""
                + id
                + "\". You have to remove (or rename) that container to be able to reuse that name.");
  }

  @Test
  void mergesTheImage() {
    f.images.config =
        "{\"Env\":[\"PATH=/bin\",\"A=1\"],\"Cmd\":[\"c\"],\"Entrypoint\":[\"e\"],\"User\":\"u\","
            + "\"WorkingDir\":\"/w\",\"Labels\":{\"l\":\"i\",\"m\":\"i\"},\"StopSignal\":\"SIGINT\","
            + "\"ExposedPorts\":{\"80/tcp\":{}},\"Volumes\":{\"/v\":{}}}";
    String id =
        f.create(
            "{\"Image\":\"busybox\",\"Env\":[\"A=2\"],\"Labels\":{\"l\":\"u\"},\"ExposedPorts\":{\"81/tcp\":{}}}");
    ContainerSnapshot c = f.service.inspect(id, false);
    assertThat(c.config().env()).containsExactly("A=2", "PATH=/bin");
    assertThat(c.path()).isEqualTo("e");
    assertThat(c.args()).containsExactly("c");
    assertThat(c.config().labels()).containsEntry("l", "u").containsEntry("m", "i");
    assertThat(c.config().stopSignal()).isEqualTo("SIGINT");
    assertThat(c.config().exposedPorts()).containsOnlyKeys("80/tcp", "81/tcp");
    assertThat(c.config().hostname()).isEqualTo(id.substring(0, 12));
    assertThat(c.mounts()).singleElement().extracting(MountPoint::destination).isEqualTo("/v");
    assertThat(c.host().networkMode()).isEqualTo("bridge");
    assertThat(c.host().restartPolicy().name()).isEqualTo("no");
    assertThat(c.name()).matches("/[a-z]+_[a-z]+");
  }

  @Test
  void anEntrypointTakesTheImagesCommandAway() {
    f.images.config = "{\"Cmd\":[\"c\"],\"Entrypoint\":[\"e\"]}";
    String id = f.create("{\"Image\":\"busybox\",\"Entrypoint\":[\"x\"]}");
    assertThat(f.service.inspect(id, false).path()).isEqualTo("x");
    assertThat(f.service.inspect(id, false).args()).isEmpty();
    ContainerConfig reset =
        ConfigMerge.merge(
            Fixture.parse("{\"Entrypoint\":[\"\"],\"Cmd\":[\"y\"]}", ContainerConfig.class),
            Fixture.parse(f.images.config, ContainerConfig.class));
    assertThat(reset.entrypoint()).isNull();
    assertThat(reset.cmd()).containsExactly("y");
  }

  @Test
  void writesDockerdsFiles() throws Exception {
    String id =
        f.create(
            "files", "{\"Image\":\"busybox\"}", "{\"Binds\":[\"vol1:/vol1\",\"/tmp/x:/xx:ro\"]}");
    Path directory = root.resolve("containers").resolve(id);
    assertThat(Files.getPosixFilePermissions(directory.resolve("config.v2.json")))
        .isEqualTo(java.nio.file.attribute.PosixFilePermissions.fromString("rw-------"));
    var tree = SpecJson.MAPPER.readTree(directory.resolve("config.v2.json").toFile());
    assertThat(tree.at("/Name").asText()).isEqualTo("/files");
    assertThat(tree.at("/State/StartedAt").asText()).isEqualTo("0001-01-01T00:00:00Z");
    assertThat(tree.at("/State").has("RemovalInProgress")).isFalse();
    assertThat(tree.at("/MountPoints/~1vol1/Relabel").asText()).isEqualTo("z");
    assertThat(tree.at("/MountPoints/~1vol1/Driver").asText()).isEqualTo("local");
    assertThat(tree.at("/MountPoints/~1xx/RW").asBoolean()).isFalse();
    assertThat(tree.at("/MountPoints/~1xx/Propagation").asText()).isEqualTo("rprivate");
    assertThat(tree.at("/NetworkSettings/Networks/bridge").isObject()).isTrue();
    var host = SpecJson.MAPPER.readTree(directory.resolve("hostconfig.json").toFile());
    assertThat(host.at("/NetworkMode").asText()).isEqualTo("bridge");
    assertThat(host.at("/LogConfig/Type").asText()).isEqualTo("json-file");
    f.reopen();
    assertThat(f.service.inspect("files", false).mounts()).hasSize(2);
  }

  @Test
  void fillsAnEmptyVolume() throws Exception {
    // The fake mounts a directory named after the container: it is filled before the create asks.
    Path image = Files.createDirectories(root.resolve("image/data"));
    Files.writeString(image.resolve("a"), "1");
    Files.createSymbolicLink(image.resolve("l"), Path.of("a"));
    String id = f.create(null, "{\"Image\":\"busybox\"}", "{\"Binds\":[\"v:/data\"]}");
    Container container =
        new Container(
            Fixture.parse(
                Files.readString(root.resolve("containers/" + id + "/config.v2.json")),
                StoredContainer.class),
            HostDefaults.empty(),
            root);
    Files.createDirectories(root.resolve("layers/" + id));
    Files.createSymbolicLink(root.resolve("layers/" + id + "/data"), Path.of("/image"));
    Files.createDirectories(root.resolve("layers/" + id + "/image"));
    Files.writeString(root.resolve("layers/" + id + "/image/a"), "1");
    new VolumeCopyUp(
            new Rooms(
                io.layerd.sys.Sys.host(),
                f.layers,
                f.images,
                f.runtime,
                f.networks,
                f.volumes,
                io.layerd.security.Selinux.off(),
                f.etc(),
                new Logs(new io.layerd.logs.LogShipping(io.layerd.sys.Sys.host())),
                new SharedMemory(io.layerd.sys.Sys.host(), io.layerd.security.Selinux.off()),
                new ContainerEvents(new io.layerd.events.EventLog()),
                new ContainerFiles(root, io.layerd.sys.Sys.host(), "runc"),
                new ContainerIndex(),
                Fixture.LOG,
                Runnable::run,
                java.util.concurrent.Executors.newScheduledThreadPool(0)))
        .fill(container);
    assertThat(root.resolve("volumes/v/a")).hasContent("1");
  }
}
