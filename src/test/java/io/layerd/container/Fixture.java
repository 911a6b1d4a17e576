package io.layerd.container;

import static java.util.Objects.requireNonNull;

import io.layerd.container.FakeRuntime.FakeProcess;
import io.layerd.events.Event;
import io.layerd.events.EventLog;
import io.layerd.network.HostFiles;
import io.layerd.security.Selinux;
import io.layerd.spec.ContainerConfig;
import io.layerd.spec.HostConfig;
import io.layerd.spec.LogConfig;
import io.layerd.spec.SpecJson;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Containers on fakes, in one directory; {@link #reopen} is the next daemon. */
final class Fixture implements AutoCloseable {
  static final LogConfig LOG = new LogConfig("json-file", Map.of());

  final Path root;
  final FakeLayers layers;
  final FakeImages images = new FakeImages();
  final FakeRuntime runtime = new FakeRuntime();
  final FakeNetworks networks = new FakeNetworks();
  final FakeVolumes volumes;
  final List<Event> events = Collections.synchronizedList(new ArrayList<>());
  private final ExecutorService work = Executors.newCachedThreadPool();
  private Containers containers;
  ContainerService service;

  /** What the containers are made of; asked anew for every daemon. */
  interface World {
    Containers.Parts open(EtcFiles etc, EventLog log, Executor work);
  }

  private final World world;

  Fixture(Path root) {
    this(root, null, Selinux.off());
  }

  Fixture(Path root, World real) {
    this(root, real, Selinux.off());
  }

  /** With the labels of a host. */
  Fixture(Path root, Selinux selinux) {
    this(root, null, selinux);
  }

  private Fixture(Path root, @Nullable World real, Selinux selinux) {
    this.root = root;
    world =
        real != null
            ? real
            : (etc, log, work) ->
                new Containers.Parts(
                    io.layerd.sys.Sys.host(),
                    root,
                    layers(),
                    images,
                    runtime,
                    networks,
                    volumes(),
                    selinux,
                    etc,
                    LOG,
                    log,
                    work);
    layers = new FakeLayers(root.resolve("layers"));
    volumes = new FakeVolumes(root.resolve("volumes"));
    containers = open();
    service = containers.service();
  }

  /** Lets nothing more happen in a daemon that is gone. */
  private java.util.concurrent.atomic.AtomicBoolean alive =
      new java.util.concurrent.atomic.AtomicBoolean();

  private Executor generation() {
    var mine = new java.util.concurrent.atomic.AtomicBoolean(true);
    alive = mine;
    return command -> {
      if (mine.get()) {
        work.execute(command);
      }
    };
  }

  EtcFiles etc() {
    return new EtcFiles() {
      private final HostFiles files = new HostFiles(List.of("172.30.0.1"));

      @Override
      public String hosts(Map<String, String> names, List<String> extra, boolean hostNetwork) {
        return files.hosts(names, extra);
      }

      @Override
      public String resolvConf(
          List<String> servers, List<String> search, List<String> options, boolean hostNetwork) {
        return files.resolvConf(servers, search, options, hostNetwork);
      }

      @Override
      public String resolverConf(List<String> servers, List<String> search, List<String> options) {
        return files.resolverConf(servers, search, options);
      }
    };
  }

  private Containers open() {
    EventLog log = new EventLog();
    log.subscribe(events::add);
    return Containers.open(world.open(etc(), log, generation()));
  }

  private FakeLayers layers() {
    return layers;
  }

  private FakeVolumes volumes() {
    return volumes;
  }

  void recover() {
    containers.recover();
  }

  /** A new daemon on the same directory; the processes are still there. */
  void reopen() {
    reopenAfter(() -> {});
  }

  /** The same, and what happens while there is no daemon. */
  void reopenAfter(Runnable meanwhile) {
    alive.set(false);
    containers.close();
    meanwhile.run();
    containers = open();
    service = containers.service();
    containers.recover();
  }

  String create(String config) {
    return create(null, config, "{}");
  }

  String create(@Nullable String name, String config, String host) {
    return service
        .create(
            new CreateRequest(
                name,
                null,
                parse(config, ContainerConfig.class),
                parse(host, HostConfig.class),
                null))
        .id();
  }

  /** A container that runs. */
  String run(String host) {
    String id = create(null, "{\"Image\":\"busybox\"}", host);
    service.start(id);
    return id;
  }

  static <T> T parse(String json, Class<T> type) {
    try {
      return SpecJson.MAPPER.readValue(json, type);
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  FakeProcess process(String id) {
    return requireNonNull(runtime.processes.get(id), "no process");
  }

  ContainerState state(String id) {
    return service.inspect(id, false).state();
  }

  /** Actions of the container events so far. */
  List<String> actions() {
    synchronized (events) {
      return events.stream().filter(e -> e.type().equals("container")).map(Event::action).toList();
    }
  }

  static void eventually(BooleanSupplier condition) {
    long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("did not happen in time");
      }
      try {
        Thread.sleep(5);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  @Override
  public void close() {
    containers.close();
    work.shutdown();
    try {
      if (!work.awaitTermination(10, java.util.concurrent.TimeUnit.SECONDS)) {
        work.shutdownNow();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
