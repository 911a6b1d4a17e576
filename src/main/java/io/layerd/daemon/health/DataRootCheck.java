package io.layerd.daemon.health;

import io.layerd.daemon.health.DaemonHealth.Subjects;
import io.layerd.graph.BackingFileSystem;
import io.layerd.sys.ErrnoException;
import io.layerd.sys.FsStat;
import io.layerd.sys.Sys;
import java.nio.file.Files;
import java.nio.file.Path;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/** Ready: the data root can be written to, and there is room on it. */
@Readiness
class DataRootCheck implements HealthCheck {
  private final DaemonHealth health;
  private final Sys sys = Sys.host();

  DataRootCheck(DaemonHealth health) {
    this.health = health;
  }

  @Override
  public HealthCheckResponse call() {
    HealthCheckResponseBuilder answer = HealthCheckResponse.named("data root");
    Subjects subjects = health.subjects();
    if (subjects == null) {
      return answer.withData("reason", "not recovered yet").down().build();
    }
    return look(answer, subjects.dataRoot());
  }

  HealthCheckResponse look(HealthCheckResponseBuilder answer, Path dataRoot) {
    answer.withData("path", dataRoot.toString());
    DiskRoom room;
    try {
      FsStat stat = sys.statfs(dataRoot.toString());
      room = DiskRoom.of(stat);
      answer.withData("fileSystem", BackingFileSystem.name(stat.magic()));
    } catch (ErrnoException e) {
      return answer.withData("reason", String.valueOf(e.getMessage())).down().build();
    }
    answer.withData("freeBytes", room.freeBytes());
    if (room.inodes() > 0) {
      answer.withData("freeInodes", room.freeInodes());
    }
    // access(2) knows file systems that were mounted read-only after an error
    if (!Files.isWritable(dataRoot)) {
      return answer.withData("reason", "it cannot be written to").down().build();
    }
    if (!room.enough()) {
      String what = room.enoughInodes() ? "too little space" : "too few inodes";
      return answer.withData("reason", what + " left").down().build();
    }
    return answer.up().build();
  }
}
