package io.layerd.runtime;

import io.layerd.sys.ErrnoException;
import io.layerd.sys.Sys;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Has conmon make a container's process by the runtime, and writes down what came of it. */
final class Launcher {
  private final Sys sys;
  private final Path execRoot;
  private final LaunchWatch launches;

  Launcher(Sys sys, Path execRoot, LaunchWatch launches) {
    this.sys = sys;
    this.execRoot = execRoot;
    this.launches = launches;
  }

  /**
   * Blocks until the process is there.
   *
   * @param checkpoint what it goes on from; null for its beginning
   * @throws io.layerd.error.SystemFailure in dockerd's words
   */
  MonitorRecord launch(
      Path conmon,
      Programs.Runtime runtime,
      Bundle bundle,
      String cgroupsPath,
      LaunchRequest request,
      @Nullable Path checkpoint)
      throws ErrnoException {
    String id = request.containerId();
    var job =
        new Conmon.Job(
            conmon,
            runtime.path(),
            ConmonRuntime.runtimeRoot(execRoot, runtime.path()),
            id,
            id,
            bundle,
            request.io(),
            false,
            checkpoint,
            false);
    String program = request.args().isEmpty() ? "" : request.args().getFirst();
    try (LaunchWatch.Launch launch = launches.watch(bundle);
        Conmon started = Conmon.start(sys, job)) {
      Conmon.Answer answer = started.awaitProcess();
      if (answer == null || answer.value() <= 0) {
        String words = launch.whyNot(answer);
        throw checkpoint == null
            ? RuntimeFailure.create(words, program)
            : RuntimeFailure.restore(words, Checkpoint.whyNotRestored(bundle));
      }
      ProcessId monitor = ProcessId.of(Bundle.readPid(bundle.monitorPidFile()));
      MonitorRecord record =
          new MonitorRecord(
              runtime.name(),
              runtime.path().toString(),
              cgroupsPath,
              ProcessId.of(answer.value()),
              monitor,
              request.io().tty(),
              request.io().stdinOpen() && request.io().stdinOnce() && !request.io().tty(),
              checkpoint != null);
      record.write(bundle);
      return record;
    }
  }
}
