package io.layerd.runtime;

import io.layerd.error.SystemFailure;
import io.layerd.spec.SpecJson;
import io.layerd.sys.ErrnoException;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Takes away what is left of a container, at whatever point it, or the daemon, was stopped. */
final class Sweep {
  private static final Logger LOG = Logger.getLogger(Sweep.class);
  private static final int SIGKILL = 9;
  private static final int MONITOR_ATTEMPTS = 1000;
  private static final long MONITOR_PAUSE_MILLIS = 2;

  private final Sys sys;
  private final Path execRoot;
  private final String cgroupParent;
  private final Programs programs;
  private final Command command;
  private final Cgroups cgroups;
  private final SharedMemory sharedMemory;

  Sweep(
      Sys sys,
      Path execRoot,
      String cgroupParent,
      Programs programs,
      Command command,
      Cgroups cgroups) {
    this.sys = sys;
    this.execRoot = execRoot;
    this.cgroupParent = cgroupParent;
    this.programs = programs;
    this.command = command;
    this.cgroups = cgroups;
    this.sharedMemory = new SharedMemory(sys);
  }

  /** Of a container of which only the bundle is known. */
  void all(String id, Bundle bundle) {
    allButBundle(id, bundle);
    delete(bundle);
  }

  /** Leaves what says how the container ended. */
  void allButBundle(String id, Bundle bundle) {
    MonitorRecord record = MonitorRecord.read(bundle).orElse(null);
    if (record == null) {
      end(id, bundle, null, cgroupsPathOf(bundle, id));
    } else {
      end(id, bundle, Path.of(record.runtimePath()), record.cgroupsPath());
    }
  }

  // Killed between the bundle and the record: the spec says where the group is.
  private String cgroupsPathOf(Bundle bundle, String id) {
    try {
      String path =
          SpecJson.MAPPER
              .readTree(Files.readAllBytes(bundle.config()))
              .path("linux")
              .path("cgroupsPath")
              .asText();
      return path.endsWith(id) ? path : cgroupParent + "/" + id;
    } catch (IOException e) {
      return cgroupParent + "/" + id;
    }
  }

  /**
   * Safe to repeat, and with any part of it missing.
   *
   * @param runtime null if it is not known
   */
  void all(String id, Bundle bundle, @Nullable Path runtime, String cgroupsPath) {
    end(id, bundle, runtime, cgroupsPath);
    delete(bundle);
  }

  private void end(String id, Bundle bundle, @Nullable Path runtime, String cgroupsPath) {
    List<Path> runtimes = runtime == null ? programs.all() : List.of(runtime);
    for (Path program : runtimes) {
      Path root = ConmonRuntime.runtimeRoot(execRoot, program);
      if (Files.exists(root.resolve(id))) {
        Command.Result result =
            command.run(List.of(program.toString(), "--root=" + root, "delete", "--force", id));
        if (!result.success()) {
          LOG.debugf("%s delete %s: %s", program, id, result.output());
        }
        deleteQuietly(root.resolve(id));
      }
    }
    if (!cgroups.remove(cgroupsPath)) {
      LOG.warnf("the control group %s is still in use", cgroupsPath);
    }
    endMonitor(id, bundle);
    sharedMemory.unmount(bundle);
  }

  private static void delete(Bundle bundle) {
    try {
      bundle.delete();
    } catch (IOException e) {
      throw new SystemFailure("cannot delete " + bundle.directory() + ": " + e.getMessage(), e);
    }
  }

  // conmon writes the exit file as its last act: after that nothing comes back.
  private void endMonitor(String id, Bundle bundle) {
    ProcessId monitor = ProcessId.of(Bundle.readPid(bundle.monitorPidFile()));
    if (!monitor.commandLine().contains(id)) {
      return;
    }
    try {
      for (int i = 0; i < MONITOR_ATTEMPTS && monitor.alive(sys); i++) {
        Thread.sleep(MONITOR_PAUSE_MILLIS);
      }
      if (monitor.alive(sys)) {
        LOG.warnf("the monitor of container %s does not end by itself", id);
        sys.kill(monitor.pid(), SIGKILL);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ErrnoException e) {
      // It has ended.
    }
  }

  private static void deleteQuietly(Path directory) {
    try {
      Bundle.deleteTree(directory);
    } catch (IOException e) {
      LOG.debugf("cannot delete %s: %s", directory, e.getMessage());
    }
  }
}
