package io.layerd.volume;

import io.layerd.error.Conflict;
import io.layerd.error.NotFound;
import io.layerd.error.SystemFailure;
import io.layerd.sys.Trees;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The volumes of the driver {@code local}, the only one. */
final class LocalVolumes implements VolumeStore {
  private static final Logger LOG = Logger.getLogger(LocalVolumes.class);
  private static final String ANONYMOUS = "com.docker.volume.anonymous";

  private final VolumeDirectory directory;
  private final VolumeMounts mounts;
  private final Trees trees;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Set<String>> referring = new HashMap<>();
  private final Map<String, Set<String>> using = new HashMap<>();

  LocalVolumes(VolumeDirectory directory, VolumeMounts mounts, Trees trees) {
    this.directory = directory;
    this.mounts = mounts;
    this.trees = trees;
  }

  @Override
  public Volume create(
      @Nullable String name,
      String driver,
      Map<String, String> options,
      Map<String, String> labels) {
    boolean anonymous = name == null || name.isEmpty();
    String wanted = anonymous || name == null ? VolumeNames.random() : name;
    if (!driver.isEmpty() && !driver.equals("local")) {
      throw new NotFound(
          "create %s: error looking up volume plugin %s: plugin \"%s\" not found"
              .formatted(wanted, driver, driver));
    }
    VolumeNames.check(wanted);
    return locked(
        () -> {
          Optional<Volume> old = directory.find(wanted);
          if (old.isPresent()) {
            return old.get();
          }
          LocalOptions local = LocalOptions.of(wanted, options);
          Map<String, String> all = new LinkedHashMap<>(labels);
          if (anonymous) {
            all.put(ANONYMOUS, "");
          }
          boolean unnamed = all.containsKey(ANONYMOUS);
          try {
            directory.create(
                wanted,
                local,
                new VolumeRecord(
                    Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(), all, unnamed));
          } catch (IOException e) {
            throw new SystemFailure("create " + wanted + ": " + e.getMessage(), e);
          }
          return get(wanted);
        });
  }

  @Override
  public Volume get(String name) {
    return find(name).orElseThrow(() -> new NotFound("get " + name + ": no such volume"));
  }

  @Override
  public Optional<Volume> find(String name) {
    return directory.find(name);
  }

  @Override
  public List<Volume> list() {
    try {
      return directory.list();
    } catch (IOException e) {
      throw new SystemFailure("cannot list volumes: " + e.getMessage(), e);
    }
  }

  @Override
  public Path use(String name, String containerId) {
    return locked(
        () -> {
          Volume volume = get(name);
          if (!users(using, name).contains(containerId)) {
            LocalOptions options = options(name);
            if (options.isMounted()) {
              mounts.mount(volume.mountpoint(), options);
            }
            using.computeIfAbsent(name, key -> new TreeSet<>()).add(containerId);
          }
          return volume.mountpoint();
        });
  }

  @Override
  public void release(String name, String containerId) {
    locked(
        () -> {
          drop(using, name, containerId);
          if (users(using, name).isEmpty()
              && directory.find(name).isPresent()
              && options(name).isMounted()) {
            mounts.unmount(directory.data(name));
          }
          return name;
        });
  }

  private LocalOptions options(String name) {
    try {
      return directory.options(name);
    } catch (IOException e) {
      throw new SystemFailure("cannot read volume " + name + ": " + e.getMessage(), e);
    }
  }

  @Override
  public void refer(String name, String containerId) {
    locked(
        () -> {
          get(name);
          return referring.computeIfAbsent(name, key -> new TreeSet<>()).add(containerId);
        });
  }

  @Override
  public void unrefer(String name, String containerId) {
    locked(
        () -> {
          drop(referring, name, containerId);
          return name;
        });
  }

  @Override
  public Set<String> users(String name) {
    return locked(
        () -> {
          Set<String> all = new TreeSet<>(users(referring, name));
          all.addAll(users(using, name));
          return Set.copyOf(all);
        });
  }

  @Override
  public long sizeBytes(Volume volume) {
    try {
      return trees.sizeBytes(volume.mountpoint());
    } catch (IOException e) {
      LOG.warnf("Volume %s cannot be measured: %s", volume.name(), e.getMessage());
      return -1;
    }
  }

  @Override
  public void remove(String name, boolean force) {
    Path detached = locked(() -> detach(name, force));
    if (detached != null) {
      try {
        directory.delete(detached);
      } catch (IOException e) {
        throw new SystemFailure("remove " + name + ": " + e.getMessage(), e);
      }
    }
  }

  private @Nullable Path detach(String name, boolean force) {
    if (directory.find(name).isEmpty()) {
      if (force) {
        return null;
      }
      throw new NotFound("get " + name + ": no such volume");
    }
    Set<String> users = new TreeSet<>(users(name));
    if (!users.isEmpty()) {
      throw new Conflict(
          "remove %s: volume is in use - [%s]".formatted(name, String.join(", ", users)));
    }
    try {
      if (options(name).isMounted()) {
        mounts.unmount(directory.data(name));
      }
      if (mounts.anyBelow(directory.directory(name))) {
        throw new SystemFailure(
            "remove %s: something is mounted in %s: unmount it first"
                .formatted(name, directory.data(name)));
      }
      return directory.detach(name);
    } catch (IOException e) {
      throw new SystemFailure("remove " + name + ": " + e.getMessage(), e);
    }
  }

  private static Set<String> users(Map<String, Set<String>> table, String name) {
    return table.getOrDefault(name, Set.of());
  }

  private static void drop(Map<String, Set<String>> table, String name, String containerId) {
    table.computeIfPresent(
        name,
        (key, users) -> {
          users.remove(containerId);
          return users.isEmpty() ? null : users;
        });
  }

  private <T extends @Nullable Object> T locked(Supplier<T> work) {
    lock.lock();
    try {
      return work.get();
    } finally {
      lock.unlock();
    }
  }
}
