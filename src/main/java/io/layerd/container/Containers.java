package io.layerd.container;

import io.layerd.events.EventLog;
import io.layerd.image.ImageService;
import io.layerd.layer.LayerStore;
import io.layerd.logs.LogSettings;
import io.layerd.logs.LogShipping;
import io.layerd.network.NetworkService;
import io.layerd.oci.Digest;
import io.layerd.runtime.ContainerRuntime;
import io.layerd.security.Selinux;
import io.layerd.spec.LogConfig;
import io.layerd.sys.Sys;
import io.layerd.volume.VolumeStore;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledThreadPoolExecutor;

/**
 * The containers of one data root: {@link #open}, then {@link #recover}, then use {@link #service}.
 */
public final class Containers implements AutoCloseable {
  private final DefaultContainers service;
  private final FileService files;
  private final RecoverContainers recovery;
  private final StopAll stopAll;
  private final ScheduledThreadPoolExecutor timer;
  private final Logs logs;

  private Containers(
      DefaultContainers service,
      FileService files,
      RecoverContainers recovery,
      StopAll stopAll,
      ScheduledThreadPoolExecutor timer,
      Logs logs) {
    this.service = service;
    this.files = files;
    this.recovery = recovery;
    this.stopAll = stopAll;
    this.timer = timer;
    this.logs = logs;
  }

  /**
   * What containers are made of.
   *
   * @param sys the kernel that files of containers are seen through
   * @param log the log driver of containers that name none, and its options
   * @param work runs blocking work after a process ended or a timer fired: never rejects
   */
  public record Parts(
      Sys sys,
      Path dataRoot,
      LayerStore layers,
      ImageService images,
      ContainerRuntime runtime,
      NetworkService networks,
      VolumeStore volumes,
      Selinux selinux,
      EtcFiles etc,
      LogConfig log,
      EventLog events,
      Executor work) {}

  /**
   * Checks the log driver that containers are to have which name none.
   *
   * @throws io.layerd.error.EngineException in dockerd's words
   */
  public static void checkLog(LogConfig log) {
    LogSettings.check(log);
  }

  /**
   * Reads the containers of a data root, and answers the image service's question who uses an
   * image.
   */
  public static Containers open(Parts parts) {
    ScheduledThreadPoolExecutor timer =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("container-timer").factory());
    timer.setRemoveOnCancelPolicy(true);
    Rooms rooms =
        new Rooms(
            parts.sys(),
            parts.layers(),
            parts.images(),
            parts.runtime(),
            parts.networks(),
            parts.volumes(),
            parts.selinux(),
            parts.etc(),
            new Logs(new LogShipping(Sys.host())),
            new SharedMemory(parts.sys(), parts.selinux()),
            new ContainerEvents(parts.events()),
            new ContainerFiles(parts.dataRoot(), parts.sys(), parts.runtime().defaultRuntime()),
            new ContainerIndex(),
            parts.log(),
            parts.work(),
            timer);
    ExecTable execs = new ExecTable();
    NetworkPlan networks = new NetworkPlan(rooms);
    Teardown teardown = new Teardown(rooms, networks);
    ExitHandler exits =
        new ExitHandler(
            rooms,
            teardown,
            execs,
            new HealthChecks(rooms, new HealthProbe(new ExecContainer(rooms, execs), execs)));
    StartContainer start = new StartContainer(rooms, networks, teardown, exits);
    SignalContainer signals = new SignalContainer(rooms, exits);
    RemoveContainer remove = new RemoveContainer(rooms, signals, execs);
    RestartContainer restart = new RestartContainer(start);
    exits.then(
        new ExitHandler.Next() {
          @Override
          public void restart(Container container) {
            restart.restart(container);
          }

          @Override
          public void autoRemove(Container container) {
            remove.auto(container);
          }
        });
    RecoverContainers recovery = new RecoverContainers(rooms, exits, teardown, start, remove);
    recovery.load();
    parts.images().containerUses((image, running) -> users(rooms, image, running));
    return new Containers(
        new DefaultContainers(rooms, execs, networks, start, signals, remove),
        new DefaultFiles(rooms),
        recovery,
        new StopAll(rooms, signals, exits),
        timer,
        rooms.logs());
  }

  private static List<String> users(Rooms rooms, Digest image, boolean running) {
    return rooms.index().ofImage(image.toString()).stream()
        .filter(c -> !running || c.running())
        .map(Container::shortId)
        .toList();
  }

  /**
   * Once at start, after {@link #open} and after images have retained their layers: recovers layers
   * and networks, adopts processes that ran on, and starts what its restart policy says.
   */
  public void recover() {
    recovery.recover();
  }

  public ContainerService service() {
    return service;
  }

  public FileService files() {
    return files;
  }

  /**
   * Stops all that run and blocks until they have ended; call once, before {@link #close}.
   *
   * @param seconds the longest wait, unless a container asks for a longer one; negative for none
   * @return whether there was any
   */
  public boolean stopAll(int seconds) {
    return stopAll.run(seconds);
  }

  /** Ends the timer and lets go of the logs. Containers that run go on without a daemon. */
  @Override
  public void close() {
    timer.shutdownNow();
    logs.close();
  }
}
