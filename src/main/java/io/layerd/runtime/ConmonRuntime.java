package io.layerd.runtime;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.layerd.error.Conflict;
import io.layerd.error.NotFound;
import io.layerd.error.SystemFailure;
import io.layerd.security.AppArmor;
import io.layerd.spec.HostConfig;
import io.layerd.sys.ErrnoException;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Containers run by runc or crun, each with a conmon. */
final class ConmonRuntime implements ContainerRuntime {
  private static final Logger LOG = Logger.getLogger(ConmonRuntime.class);
  private static final int SIGKILL = 9;
  private static final int ESRCH = 3;

  private final Sys sys;
  private final Remap remap;
  private final Path execRoot;
  private final RuntimeCall calls;
  private final Cgroups cgroups;
  private final MoveAhead moves;
  private final Capabilities capabilities;
  private final Programs programs;
  private final SharedMemory sharedMemory;
  private final Sweep sweep;
  private final ExitWatch exits;
  private final Launcher launcher;
  private final Execs execs;
  private final AppArmor appArmor;
  private final CompiledFilters filters = new CompiledFilters();
  private final Map<String, WatchedProcess> running = new ConcurrentHashMap<>();

  ConmonRuntime(Sys seen, Path execRoot, RuntimeOptions options) {
    this.remap = new Remap(seen.mappings());
    Sys sys = seen.outside();
    this.sys = sys;
    this.execRoot = execRoot;
    Command command = new Command(sys);
    this.calls = new RuntimeCall(sys, execRoot);
    this.cgroups = new Cgroups(sys, HostMounts.read());
    this.moves = MoveAhead.of(cgroups);
    this.capabilities = Capabilities.ofThisProcess();
    this.programs = new Programs(options, command, cgroups::worksWithCrun);
    this.appArmor =
        AppArmor.of(Path.of("/"), new ProfileLoader(command, programs, execRoot.resolve("tmp")));
    this.sharedMemory = new SharedMemory(seen);
    this.sweep = new Sweep(sys, execRoot, options.cgroupParent(), programs, command, cgroups);
    this.exits = ExitWatch.on(execRoot.resolve("exits"));
    LaunchWatch launches = new LaunchWatch(sys, Path.of("/proc"));
    this.launcher = new Launcher(sys, execRoot, launches);
    exits.alsoTend(launches);
    this.execs = new Execs(sys, remap, execRoot, programs, capabilities, appArmor, exits, launches);
    // Not info(): asking three programs for their versions would double the time of a start.
    programs.warnings().forEach(LOG::warn);
    try {
      appArmor.ensure(AppArmor.DEFAULT);
    } catch (SystemFailure e) {
      LOG.error(e.getMessage());
    }
  }

  @Override
  public String defaultRuntime() {
    return programs.defaultName();
  }

  @Override
  public void reload(RuntimeOptions options) {
    programs.options(options);
  }

  @Override
  public RuntimeInfo info() {
    boolean seccomp = Files.exists(Path.of("/proc/sys/kernel/seccomp"));
    return programs.info(cgroups, seccomp, appArmor.inKernel(), remap);
  }

  @Override
  public CheckedHost check(HostConfig host) {
    String runtime = host.runtime();
    if (runtime.isEmpty()) {
      // Without any runtime a container can still be created.
      runtime = programs.defaultName();
    } else {
      var known = programs.runtime(runtime);
    }
    return new HostCheck(cgroups, capabilities, programs.options().containers(), remap)
        .check(host, runtime);
  }

  @Override
  public String appArmorProfile(HostConfig host) {
    return appArmor.inKernel()
        ? appArmor.shown(SecurityOptions.parse(host.securityOpt()).appArmor(), host.privileged())
        : "";
  }

  @Override
  public RunningProcess create(LaunchRequest request) {
    return create(request, null);
  }

  @Override
  public RunningProcess restore(LaunchRequest request, Path checkpoint) {
    return create(request, checkpoint);
  }

  private RunningProcess create(LaunchRequest request, @Nullable Path checkpoint) {
    String id = request.containerId();
    Programs.Runtime runtime = programs.runtime(request.host().runtime());
    Path conmon = programs.conmon();
    RuntimeOptions options = programs.options();
    ContainerDefaults defaults = options.containers();
    Path init = defaults.wantsInit(request.host()) ? programs.init() : null;
    Bundle bundle = Bundle.ofContainer(execRoot, id);
    if (Files.exists(bundle.directory())) {
      delete(id);
    }
    String cgroupsPath = OciSpec.cgroupsPath(request.host(), options.cgroupParent(), id);
    try (var _ = moves.expect()) {
      Files.createDirectories(bundle.directory());
      LaunchRequest complete =
          RecursiveReadOnly.apply(
              sharedMemory.share(request, bundle, running.values()),
              programs.recursiveReadOnly(runtime));
      ObjectNode spec =
          new OciSpec(
                  sys,
                  complete,
                  capabilities,
                  defaults,
                  appArmor,
                  cgroups.unified(),
                  init,
                  remap,
                  HostMounts::read)
              .toSpec(cgroupsPath);
      filters.write(bundle.config(), spec, runtime.path());
      MonitorRecord record =
          launcher.launch(conmon, runtime, bundle, cgroupsPath, request, checkpoint);
      if (remap.of(request.host())) {
        int user = spec.path("process").path("user").path("uid").asInt();
        Remap.giveStreams(sys, record.process().pid(), remap.ids().outsideUid(user));
      }
      if (checkpoint == null) {
        filters.learn(spec, runtime.path(), runtimeRoot(execRoot, runtime.path()).resolve(id));
      }
      return watch(id, bundle, record);
    } catch (IOException e) {
      sweep.all(id, bundle, runtime.path(), cgroupsPath);
      running.remove(id);
      throw new SystemFailure("cannot write the bundle of container " + id + ": " + e, e);
    } catch (RuntimeException | Error e) {
      sweep.all(id, bundle, runtime.path(), cgroupsPath);
      running.remove(id);
      throw e;
    }
  }

  private WatchedProcess watch(String id, Bundle bundle, MonitorRecord record) {
    WatchedProcess process =
        new WatchedProcess(
            sys, bundle, record.process(), record.monitor(), record.tty(), record.inputOnce());
    running.put(id, process);
    exits.add(process, _ -> cgroups.oomKills(record.cgroupsPath()) > 0, null);
    return process;
  }

  @Override
  public void start(String id) {
    Bundle bundle = Bundle.ofContainer(execRoot, id);
    MonitorRecord record = record(id, bundle);
    Command.Result result = calls.run(record, bundle, "start", id);
    if (!result.success()) {
      throw RuntimeFailure.start(result.output(), "");
    }
    record.running().write(bundle);
  }

  @Override
  public Optional<RunningProcess> find(String id, boolean tty) {
    WatchedProcess known = running.get(id);
    if (known != null) {
      return Optional.of(known);
    }
    Bundle bundle = Bundle.ofContainer(execRoot, id);
    MonitorRecord record = MonitorRecord.read(bundle).orElse(null);
    if (record == null) {
      // The daemon went away in the middle of a create, if anything is there at all.
      if (Files.exists(bundle.directory())) {
        delete(id);
      }
      return Optional.empty();
    }
    if (!record.started() && bundle.readExit().isEmpty()) {
      Command.Result state = calls.run(record, bundle, "state", id);
      if (!state.success() || state.output().matches("(?s).*\"status\": *\"created\".*")) {
        delete(id);
        return Optional.empty();
      }
      record.running().write(bundle);
    }
    return Optional.of(watch(id, bundle, record));
  }

  @Override
  public void kill(String id, int signal) {
    Bundle bundle = Bundle.ofContainer(execRoot, id);
    MonitorRecord record = MonitorRecord.read(bundle).orElse(null);
    if (record == null || !record.process().alive(sys)) {
      throw notRunning(id);
    }
    try {
      sys.kill(record.process().pid(), signal);
    } catch (ErrnoException e) {
      if (e.errno() == ESRCH) {
        throw notRunning(id);
      }
      throw new SystemFailure("cannot kill container " + id + ": " + e.getMessage(), e);
    }
    if (signal == SIGKILL && cgroups.frozen(record.cgroupsPath())) {
      Command.Result resumed = calls.run(record, bundle, "resume", id);
      if (!resumed.success()) {
        LOG.debugf("resuming %s to let it die: %s", id, resumed.output());
      }
    }
  }

  @Override
  public void end(String id) {
    Bundle bundle = Bundle.ofContainer(execRoot, id);
    if (Files.exists(bundle.directory())) {
      sweep.allButBundle(id, bundle);
    }
  }

  @Override
  public void delete(String id) {
    Bundle bundle = Bundle.ofContainer(execRoot, id);
    if (Files.exists(bundle.directory())) {
      sweep.all(id, bundle);
    }
    running.remove(id);
  }

  @Override
  public RunningProcess exec(ExecRequest request) {
    String id = request.containerId();
    Bundle bundle = Bundle.ofContainer(execRoot, id);
    MonitorRecord record = MonitorRecord.read(bundle).orElse(null);
    if (record == null || !record.process().alive(sys)) {
      throw notRunning(id);
    }
    try (var _ = moves.expect()) {
      return execs.start(request, bundle, record);
    }
  }

  @Override
  public void checkUser(Path rootfs, String user) {
    var _ = ProcessUser.resolve(user, List.of(), UserFiles.read(sys, rootfs));
  }

  @Override
  public List<Integer> pids(String id) {
    return cgroups.pids(record(id, Bundle.ofContainer(execRoot, id)).cgroupsPath());
  }

  @Override
  public ContainerUsage usage(String id, boolean ownNetwork) {
    MonitorRecord record = record(id, Bundle.ofContainer(execRoot, id));
    return new UsageReader(cgroups, Path.of("/proc"))
        .read(record.cgroupsPath(), ownNetwork ? record.process().pid() : null);
  }

  @Override
  public CheckedHost checkLimits(HostConfig host) {
    return new LimitChange(sys, cgroups).check(host);
  }

  @Override
  public void update(String id, HostConfig host) {
    Bundle bundle = Bundle.ofContainer(execRoot, id);
    MonitorRecord record = record(id, bundle);
    Function<Path, Command.Result> update =
        file -> calls.run(record, bundle, "update", "--resources=" + file, id);
    new LimitChange(sys, cgroups).apply(host, bundle, record.cgroupsPath(), update);
  }

  @Override
  public void pause(String id) {
    freeze(id, "pause");
  }

  @Override
  public void resume(String id) {
    freeze(id, "resume");
  }

  @Override
  public void checkpoint(String id, Path images, boolean leaveRunning) {
    Bundle bundle = Bundle.ofContainer(execRoot, id);
    new Checkpoint(calls).write(id, bundle, record(id, bundle), images, leaveRunning);
  }

  private void freeze(String id, String verb) {
    Bundle bundle = Bundle.ofContainer(execRoot, id);
    Command.Result result = calls.run(record(id, bundle), bundle, verb, id);
    if (!result.success()) {
      throw new SystemFailure(
          "Cannot " + verb + " container " + id + ": " + result.output().strip());
    }
  }

  private MonitorRecord record(String id, Bundle bundle) {
    return MonitorRecord.read(bundle).orElseThrow(() -> new NotFound("No such container: " + id));
  }

  private static Conflict notRunning(String id) {
    return new Conflict("container " + id + " is not running");
  }

  /** Where a runtime keeps its own state: one directory per program, as they do not agree. */
  static Path runtimeRoot(Path execRoot, Path program) {
    return execRoot.resolve("runtime-" + program.getFileName());
  }
}
