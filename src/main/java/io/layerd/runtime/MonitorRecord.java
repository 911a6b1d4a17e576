package io.layerd.runtime;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.layerd.error.SystemFailure;
import io.layerd.spec.SpecJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/**
 * What a later daemon needs to know of a container that runs.
 *
 * @param runtime the program that made it, which must also be the one to delete it
 * @param monitor conmon's own process
 * @param inputOnce whether its input ends with the client that had it; never for a terminal
 * @param started whether the runtime was told to let it run
 */
@JsonIgnoreProperties(ignoreUnknown = true)
record MonitorRecord(
    String runtimeName,
    String runtimePath,
    String cgroupsPath,
    ProcessId process,
    ProcessId monitor,
    boolean tty,
    boolean inputOnce,
    boolean started) {
  static Optional<MonitorRecord> read(Bundle bundle) {
    try {
      return Optional.of(
          SpecJson.MAPPER.readValue(Files.readAllBytes(bundle.record()), MonitorRecord.class));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Replaces the file as a whole; not synced, since nothing of it outlives a reboot. */
  void write(Bundle bundle) {
    Path file = bundle.record();
    Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
    try {
      Files.write(temporary, SpecJson.MAPPER.writeValueAsBytes(this));
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new SystemFailure("cannot write " + file + ": " + e.getMessage(), e);
    }
  }

  MonitorRecord running() {
    return new MonitorRecord(
        runtimeName, runtimePath, cgroupsPath, process, monitor, tty, inputOnce, true);
  }
}
