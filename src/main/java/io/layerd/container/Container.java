package io.layerd.container;

import io.layerd.oci.Platform;
import io.layerd.runtime.ContainerRuntime.RunningProcess;
import io.layerd.security.Labels;
import io.layerd.spec.ContainerConfig;
import io.layerd.spec.Empty;
import io.layerd.spec.EndpointSettings;
import io.layerd.spec.HostConfig;
import io.layerd.spec.PortBinding;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One container in memory. Fields are written with {@link #lock} held and may be read without it:
 * inspect never waits for a start.
 */
final class Container {
  final String id;
  final GoTime created;
  final String imageId;
  final @Nullable Platform platform;
  final String driver;
  final Path directory;

  /** Held by whoever changes the container, for the whole of a start or a removal. */
  final ReentrantLock lock = new ReentrantLock();

  final Waiters waiters = new Waiters();
  final PendingAttachments attachments = new PendingAttachments();

  volatile String name;
  volatile ContainerConfig config;
  volatile HostConfig host;
  volatile String path;
  volatile List<String> args;
  volatile ContainerState state;
  volatile Map<String, StoredContainer.Mount> mounts;
  volatile Map<String, EndpointSettings> networks;
  volatile Map<String, List<PortBinding>> ports = Map.of();

  /** What {@code --link} leads to, in the order asked for. */
  volatile List<Link> links = List.of();

  /** MAC addresses a user chose, by network: those of {@link #networks} go with each stop. */
  volatile Map<String, String> desiredMacs = Map.of();

  /** Layerd answers its name queries; known while it runs. */
  volatile boolean resolver;

  volatile String sandboxId = "";
  volatile String sandboxKey = "";
  volatile String logPath = "";
  volatile String hostnamePath = "";
  volatile String hostsPath = "";
  volatile String resolvConfPath = "";
  volatile int restartCount;

  /** Of SELinux, for its whole life. */
  final Labels labels;

  /** The AppArmor profile it was started with. */
  volatile String appArmorProfile;

  /** What health checks found; null if there are none. */
  volatile @Nullable Health health;

  /** What the last list showed; may be older than the container. */
  volatile Snapshots.@Nullable Listed listed;

  volatile boolean startedBefore;
  volatile boolean manuallyStopped;
  volatile @Nullable RunningProcess process;

  /** The mounted root while it runs. */
  volatile @Nullable Path rootfs;

  /** The next end is final, whatever the restart policy says. */
  volatile boolean exitOnNext;

  /** A stop is the first half of a restart: no auto-remove in between. */
  volatile boolean restartAsked;

  /** A restart that waits for its time; guarded by the lock. */
  @Nullable ScheduledFuture<?> pendingRestart;

  /** Back-off of the next restart; guarded by the lock. */
  final RestartBackOff backOff = new RestartBackOff();

  Container(StoredContainer stored, HostConfig host, Path directory) {
    this.id = stored.id();
    this.created = stored.created();
    this.imageId = stored.image();
    this.platform = stored.imagePlatform();
    this.driver = stored.driver() == null ? "" : stored.driver();
    this.directory = directory;
    this.name = stored.name();
    this.config = stored.config();
    this.host = host;
    this.path = stored.path();
    this.args = stored.args() == null ? List.of() : stored.args();
    this.state = stored.state().live();
    this.health = stored.state().health();
    Map<String, StoredContainer.Mount> points = stored.mountPoints();
    this.mounts = points == null ? Map.of() : Map.copyOf(points);
    StoredContainer.Network network = stored.network();
    this.networks = StoredEndpoints.settings(network == null ? null : network.networks());
    this.desiredMacs = StoredEndpoints.macs(network == null ? null : network.networks());
    if (network != null) {
      this.sandboxId = network.sandboxId();
      this.sandboxKey = network.sandboxKey();
      this.ports = network.ports() == null ? Map.of() : network.ports();
    }
    this.logPath = orEmpty(stored.logPath());
    this.hostnamePath = orEmpty(stored.hostnamePath());
    this.hostsPath = orEmpty(stored.hostsPath());
    this.resolvConfPath = orEmpty(stored.resolvConfPath());
    this.labels = new Labels(orEmpty(stored.processLabel()), orEmpty(stored.mountLabel()));
    this.appArmorProfile = orEmpty(stored.appArmorProfile());
    this.restartCount = stored.restartCount();
    this.startedBefore = stored.startedBefore();
    this.manuallyStopped = stored.manuallyStopped();
  }

  private static String orEmpty(@Nullable String text) {
    return text == null ? "" : text;
  }

  /** What is written to disk. */
  StoredContainer stored() {
    return new StoredContainer(
        Empty.VALUE,
        StoredContainer.State.of(state, health),
        id,
        created,
        false,
        path,
        args,
        config,
        imageId,
        null,
        new StoredContainer.Network(
            "",
            sandboxId,
            sandboxKey,
            false,
            "",
            0,
            StoredEndpoints.of(networks, desiredMacs),
            null,
            ports.isEmpty() ? null : ports,
            null,
            null,
            false),
        logPath,
        name,
        driver,
        "linux",
        platform,
        restartCount,
        startedBefore,
        manuallyStopped,
        mounts,
        null,
        null,
        labels.mount(),
        labels.process(),
        appArmorProfile,
        "",
        false,
        null,
        hostnamePath,
        hostsPath,
        "",
        resolvConfPath,
        Map.of("HaveNotifyEnabled", false));
  }

  boolean running() {
    return state.running();
  }

  /** A process exists: it runs or is paused, and no restart is waited for. */
  boolean alive() {
    return state.running() && !state.restarting();
  }

  String shortId() {
    return id.substring(0, Math.min(12, id.length()));
  }

  /** The name without its slash. */
  String plainName() {
    return name.startsWith("/") ? name.substring(1) : name;
  }

  Instant createdAt() {
    return created.instant();
  }

  Path file(String child) {
    return directory.resolve(child);
  }
}
