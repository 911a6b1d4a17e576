package io.layerd.daemon.doctor;

import io.layerd.durable.FileLock;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Another daemon that has the pid file, a socket or the data root. */
final class OtherEngines implements Check {
  private static final String NAME = "other engines";

  /** Databases that dockerd holds locked while it runs. */
  private static final List<String> DOCKERD_LOCKS =
      List.of("volumes/metadata.db", "network/files/local-kv.db");

  private final HostFiles host;
  private final Sys sys;
  private final Places places;

  OtherEngines(HostFiles host, Sys sys, Places places) {
    this.host = host;
    this.sys = sys;
    this.places = places;
  }

  @Override
  public List<Finding> look() {
    List<Finding> findings = new ArrayList<>();
    pidFile(findings);
    for (Path socket : places.sockets()) {
      if (served(socket)) {
        findings.add(
            Finding.failure(
                NAME,
                "a daemon answers on " + socket,
                "stop that daemon, or choose another socket with -H"));
      }
    }
    dataRoot(findings);
    if (findings.isEmpty()) {
      findings.add(Finding.ok(NAME, "none with this pid file, socket or data root"));
    }
    return findings;
  }

  private void pidFile(List<Finding> findings) {
    String pid = host.read(places.pidfile().toString());
    if (pid.matches("\\d{1,10}") && host.exists("/proc/" + pid)) {
      String name = host.read("/proc/" + pid + "/comm");
      findings.add(
          Finding.failure(
              NAME,
              "%s, process %s, runs and is named in %s".formatted(name, pid, places.pidfile()),
              "stop it, or choose another --pidfile; if it is no engine, delete the file"));
    }
  }

  private static boolean served(Path socket) {
    if (!Files.exists(socket)) {
      return false;
    }
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      return channel.isConnected();
    } catch (IOException | IllegalArgumentException e) {
      return false; // refused: its daemon is gone
    }
  }

  private void dataRoot(List<Finding> findings) {
    Path dataRoot = places.dataRoot();
    if (locked(dataRoot.resolve(".layerd.lock"))) {
      findings.add(inUse("layerd"));
    }
    if (DOCKERD_LOCKS.stream().anyMatch(file -> locked(dataRoot.resolve(file)))) {
      findings.add(inUse("dockerd"));
    }
  }

  private Finding inUse(String engine) {
    return Finding.failure(
        NAME,
        "a " + engine + " uses the data root " + places.dataRoot(),
        "stop it, or choose another --data-root");
  }

  private boolean locked(Path file) {
    if (!Files.isRegularFile(file)) {
      return false;
    }
    try {
      Optional<FileLock> lock = FileLock.tryAcquire(sys, file);
      lock.ifPresent(FileLock::close);
      return lock.isEmpty();
    } catch (IOException e) {
      return false; // it cannot be opened: the check of the data root says so
    }
  }
}
