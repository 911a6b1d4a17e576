package io.layerd.daemon;

import io.layerd.durable.AtomicFiles;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/** The id of a data root, which dockerd keeps in {@code engine-id}. */
final class EngineId {
  private EngineId() {}

  /** Reads it, or makes one. */
  static String of(Sys sys, Path dataRoot) {
    Path file = dataRoot.resolve("engine-id");
    try {
      if (Files.exists(file)) {
        String id = Files.readString(file).trim();
        if (!id.isEmpty()) {
          return id;
        }
      }
      String id = UUID.randomUUID().toString();
      new AtomicFiles(sys).write(file, id, 0600);
      return id;
    } catch (IOException e) {
      throw new StartupFailure("cannot read or write " + file + ": " + Reason.of(e), e);
    }
  }
}
