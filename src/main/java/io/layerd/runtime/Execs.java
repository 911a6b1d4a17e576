package io.layerd.runtime;

import io.layerd.error.SystemFailure;
import io.layerd.runtime.ContainerRuntime.ExecRequest;
import io.layerd.security.AppArmor;
import io.layerd.spec.SpecJson;
import io.layerd.sys.ErrnoException;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.WatchKey;
import java.util.Objects;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Starts further processes in running containers. Their files go when they end. */
final class Execs {
  private static final Logger LOG = Logger.getLogger(Execs.class);
  private static final int SIGKILL = 9;

  private final Sys sys;
  private final Remap remap;
  private final Path execRoot;
  private final Programs programs;
  private final Capabilities capabilities;
  private final AppArmor appArmor;
  private final ExitWatch exits;
  private final LaunchWatch launches;

  Execs(
      Sys sys,
      Remap remap,
      Path execRoot,
      Programs programs,
      Capabilities capabilities,
      AppArmor appArmor,
      ExitWatch exits,
      LaunchWatch launches) {
    this.sys = sys;
    this.remap = remap;
    this.execRoot = execRoot;
    this.programs = programs;
    this.capabilities = capabilities;
    this.appArmor = appArmor;
    this.exits = exits;
    this.launches = launches;
  }

  WatchedProcess start(ExecRequest request, Bundle container, MonitorRecord record) {
    Bundle bundle = Bundle.ofExec(execRoot, request.containerId(), request.id());
    WatchKey key = null;
    try {
      var process = ExecSpec.of(sys, container, request, capabilities);
      appArmor.ensure(process.path("apparmorProfile").asText());
      Path exitDirectory = Objects.requireNonNull(bundle.exitFile().getParent());
      Files.createDirectories(exitDirectory);
      Files.write(bundle.processSpec(), SpecJson.MAPPER.writeValueAsBytes(process));
      key = exits.prepare(exitDirectory);
      return launch(request, bundle, record, key);
    } catch (IOException e) {
      cleanUp(bundle, key);
      throw new SystemFailure("cannot start exec " + request.id() + ": " + e.getMessage(), e);
    } catch (RuntimeException | Error e) {
      cleanUp(bundle, key);
      throw e;
    }
  }

  private WatchedProcess launch(
      ExecRequest request, Bundle bundle, MonitorRecord record, WatchKey key)
      throws ErrnoException {
    Path runtime = Path.of(record.runtimePath());
    var job =
        new Conmon.Job(
            programs.conmon(),
            runtime,
            ConmonRuntime.runtimeRoot(execRoot, runtime),
            request.containerId(),
            request.id(),
            bundle,
            request.io(),
            true,
            null,
            request.attached());
    String program = request.args().isEmpty() ? "" : request.args().getFirst();
    // Kept open until the end: conmon also writes the exit code to it, and would stumble.
    Conmon conmon = Conmon.start(sys, job);
    ConmonConsole console = null;
    try (LaunchWatch.Launch launch = launches.watch(bundle)) {
      if (request.attached()) {
        conmon.awaitSocket();
        console = ConmonConsole.connect(sys, bundle, false);
        conmon.proceed();
      }
      Conmon.Answer answer = conmon.awaitProcess();
      if (answer == null || answer.value() <= 0) {
        throw RuntimeFailure.exec(launch.whyNot(answer), program);
      }
      if (remap.on()) {
        Remap.giveStreams(sys, answer.value());
      }
      ProcessId monitor = ProcessId.of(Bundle.readPid(bundle.monitorPidFile()));
      WatchedProcess process =
          new WatchedProcess(
              sys, bundle, ProcessId.of(answer.value()), monitor, request.io().tty(), false);
      if (console != null) {
        process.connected(console);
      }
      process.exit().whenComplete((_, _) -> ended(bundle, conmon));
      exits.add(process, _ -> false, key);
      return process;
    } catch (ErrnoException | RuntimeException | Error e) {
      if (console != null) {
        console.close();
      }
      conmon.close();
      kill(request.id(), bundle);
      throw e;
    }
  }

  private static void ended(Bundle bundle, Conmon conmon) {
    conmon.close();
    cleanUp(bundle, null);
  }

  // conmon may have gone, and its number been given to another: its own words say who it is.
  private void kill(String id, Bundle bundle) {
    ProcessId monitor = ProcessId.of(Bundle.readPid(bundle.monitorPidFile()));
    try {
      if (monitor.commandLine().contains(id) && monitor.alive(sys)) {
        sys.kill(monitor.pid(), SIGKILL);
      }
    } catch (ErrnoException e) {
      // It has gone by itself, as it should.
    }
  }

  private static void cleanUp(Bundle bundle, @Nullable WatchKey key) {
    if (key != null) {
      key.cancel();
    }
    try {
      bundle.delete();
    } catch (IOException e) {
      LOG.debugf("cannot delete %s: %s", bundle.directory(), e.getMessage());
    }
  }
}
