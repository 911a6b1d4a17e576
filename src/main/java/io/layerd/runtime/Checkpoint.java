package io.layerd.runtime;

import io.layerd.error.SystemFailure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Writes down the state of a container's processes by the runtime's own means, which is criu. */
final class Checkpoint {
  /** What criu writes beside the images, in the bundle: for {@code restore} the other. */
  private static final String DUMP_LOG = "criu-dump.log";

  private static final String RUNC_DUMP_LOG = "dump.log";
  private static final String RESTORE_LOG = "restore.log";

  private final RuntimeCall runtime;

  Checkpoint(RuntimeCall runtime) {
    this.runtime = runtime;
  }

  void write(String id, Bundle bundle, MonitorRecord record, Path images, boolean leaveRunning) {
    List<String> words = new ArrayList<>();
    words.add("checkpoint");
    words.add("--image-path=" + images);
    words.add("--work-path=" + bundle.directory());
    if (leaveRunning) {
      words.add("--leave-running");
    }
    words.add(id);
    Command.Result result = runtime.run(record, bundle, words.toArray(String[]::new));
    if (!result.success()) {
      Path log = keepLog(bundle);
      throw new SystemFailure(
          record.runtimeName()
              + " did not terminate successfully: exit status "
              + result.status()
              + ": "
              + words(record, result.output())
              + why(log)
              + " path= "
              + log);
    }
  }

  /** dockerd's name for it. */
  private static Path keepLog(Bundle bundle) {
    Path log = bundle.directory().resolve(DUMP_LOG);
    try {
      Files.move(
          bundle.directory().resolve(RUNC_DUMP_LOG),
          log,
          java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      // criu did not come to write one
    }
    return log;
  }

  private static String words(MonitorRecord record, String output) {
    String text = RuntimeFailure.message(output);
    return text.contains("unknown command")
        ? "this " + record.runtimeName() + " was built without criu"
        : text;
  }

  /** criu's reason for not restoring, with a colon before it; empty if it gave none. */
  static String whyNotRestored(Bundle bundle) {
    return why(bundle.directory().resolve(RESTORE_LOG));
  }

  private static String why(Path log) {
    try (var lines = Files.lines(log, StandardCharsets.ISO_8859_1)) {
      return lines
          // criu goes on after a limit that it may not raise
          .filter(line -> line.contains("Error (") && !line.contains("rlimit: "))
          .findFirst()
          .map(line -> ": " + line.substring(line.indexOf("Error (")))
          .orElse("");
    } catch (IOException | java.io.UncheckedIOException e) {
      return "";
    }
  }
}
