package io.layerd.volume;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.layerd.durable.AtomicFiles;
import io.layerd.error.Conflict;
import io.layerd.error.InvalidParameter;
import io.layerd.error.NotFound;
import io.layerd.error.SystemFailure;
import io.layerd.mount.Mounts;
import io.layerd.sys.Sys;
import io.layerd.sys.TreeDeletion;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The volumes of the {@code local} driver: directories, or what their options mount on them. */
final class LocalVolumes implements VolumeStore {
  private static final Logger LOG = Logger.getLogger(LocalVolumes.class);
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.-]*");
  private static final String DATA = "_data";
  private static final String OPTIONS = "opts.json";
  private static final String NOTES = "layerd.json";

  private final AtomicFiles files = AtomicFiles.host();
  private final VolumeMount mounter = new VolumeMount(Mounts.host());
  private final Path root;
  private final Map<String, Volume> volumes = new TreeMap<>();
  private final VolumeUse use = new VolumeUse();

  LocalVolumes(Path root) throws IOException {
    this.root = root;
    if (!Files.isDirectory(root)) {
      Files.createDirectories(root);
      Sys.host().fchmodat(Sys.AT_FDCWD, root.toString().getBytes(StandardCharsets.UTF_8), 0701);
    }
    try (DirectoryStream<Path> paths = Files.newDirectoryStream(root)) {
      for (Path path : paths) {
        if (Files.isDirectory(path.resolve(DATA))) {
          load(path);
        }
      }
    }
  }

  private void load(Path path) {
    String name = String.valueOf(path.getFileName());
    try {
      VolumeOptionsFile options = options(name);
      Path file = path.resolve(NOTES);
      VolumeNotes notes =
          Files.exists(file)
              ? JSON.readValue(Files.readAllBytes(file), VolumeNotes.class)
              : new VolumeNotes(
                  Files.getLastModifiedTime(path).toInstant().toString(), Map.of(), false);
      volumes.put(name, volume(name, options.asRequest(), notes));
    } catch (IOException e) {
      LOG.errorf("Volume %s is damaged and not used: %s", name, e.getMessage());
    }
  }

  private Volume volume(String name, Map<String, String> options, VolumeNotes notes) {
    return new Volume(
        name,
        "local",
        data(name),
        Instant.parse(notes.created()),
        notes.labels(),
        options,
        notes.anonymous());
  }

  private Path data(String name) {
    return root.resolve(name).resolve(DATA);
  }

  private VolumeOptionsFile options(String name) throws IOException {
    Path file = root.resolve(name).resolve(OPTIONS);
    return Files.exists(file)
        ? JSON.readValue(Files.readAllBytes(file), VolumeOptionsFile.class)
        : VolumeOptionsFile.of(Map.of());
  }

  @Override
  public synchronized Volume create(
      @Nullable String name,
      String driver,
      Map<String, String> options,
      Map<String, String> labels) {
    String chosen = name == null || name.isEmpty() ? randomName() : name;
    if (!driver.isEmpty() && !driver.equals("local")) {
      throw new NotFound(
          "create "
              + chosen
              + ": error looking up volume plugin "
              + driver
              + ": plugin \""
              + driver
              + "\" not found");
    }
    Volume existing = volumes.get(chosen);
    if (existing != null) {
      if (!options.isEmpty() && !options.equals(existing.options())) {
        throw new Conflict(
            "create " + chosen + ": conflict: volume name already exists with different options");
      }
      return existing;
    }
    try {
      checkName(chosen);
      VolumeOptionsFile file = VolumeOptionsFile.of(options);
      boolean anonymous = name == null || name.isEmpty();
      String now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
      Volume volume = volume(chosen, options, new VolumeNotes(now, labels, anonymous));
      write(volume, file, new VolumeNotes(now, labels, anonymous));
      volumes.put(chosen, volume);
      return volume;
    } catch (InvalidParameter e) {
      throw new InvalidParameter("create " + chosen + ": " + e.getMessage(), e);
    } catch (IOException e) {
      throw new SystemFailure("create " + chosen + ": " + e.getMessage(), e);
    }
  }

  private static void checkName(String name) {
    if (name.length() < 2) {
      throw new InvalidParameter(
          "volume name is too short, names should be at least two alphanumeric characters");
    }
    if (!NAME.matcher(name).matches()) {
      throw new InvalidParameter(
          "\""
              + name
              + "\" includes invalid characters for a local volume name, only"
              + " \"[a-zA-Z0-9][a-zA-Z0-9_.-]\" are allowed. If you intended to pass a host"
              + " directory, use absolute path");
    }
  }

  /** The data directory comes last: without it there is no volume. */
  private void write(Volume volume, VolumeOptionsFile options, VolumeNotes notes)
      throws IOException {
    Path directory = root.resolve(volume.name());
    Files.createDirectories(directory);
    chmod(directory, 0701);
    files.write(directory.resolve(NOTES), JSON.writeValueAsBytes(notes), 0600);
    if (options.mounts()) {
      files.write(directory.resolve(OPTIONS), JSON.writeValueAsBytes(options), 0600);
    }
    Files.createDirectories(volume.mountpoint());
    chmod(volume.mountpoint(), 0755);
    files.syncDirectory(directory);
    files.syncDirectory(root);
  }

  private static void chmod(Path path, int mode) throws IOException {
    Sys.host().fchmodat(Sys.AT_FDCWD, path.toString().getBytes(StandardCharsets.UTF_8), mode);
  }

  private static String randomName() {
    byte[] random = new byte[32];
    new SecureRandom().nextBytes(random);
    return HexFormat.of().formatHex(random);
  }

  @Override
  public synchronized Volume get(String name) {
    Volume volume = volumes.get(name);
    if (volume == null) {
      throw new NotFound("get " + name + ": no such volume");
    }
    return volume;
  }

  @Override
  public synchronized Optional<Volume> find(String name) {
    return Optional.ofNullable(volumes.get(name));
  }

  @Override
  public synchronized List<Volume> list() {
    return new ArrayList<>(volumes.values());
  }

  @Override
  public synchronized Path use(String name, String containerId) {
    Volume volume = get(name);
    if (use.begin(name, containerId) && !volume.options().isEmpty()) {
      try {
        mounter.mount(name, VolumeOptionsFile.of(volume.options()), volume.mountpoint());
      } catch (RuntimeException e) {
        use.end(name, containerId);
        throw e;
      }
    }
    return volume.mountpoint();
  }

  @Override
  public synchronized void release(String name, String containerId) {
    Volume volume = volumes.get(name);
    if (use.end(name, containerId) && volume != null && !volume.options().isEmpty()) {
      mounter.unmount(volume.mountpoint());
    }
  }

  @Override
  public synchronized void refer(String name, String containerId) {
    use.refer(name, containerId);
  }

  @Override
  public synchronized void unrefer(String name, String containerId) {
    use.unrefer(name, containerId);
  }

  @Override
  public synchronized Set<String> users(String name) {
    return use.users(name);
  }

  @Override
  public synchronized void remove(String name, boolean force) {
    if (!volumes.containsKey(name)) {
      if (force) {
        return;
      }
      throw new NotFound("get " + name + ": no such volume");
    }
    Set<String> users = use.users(name);
    if (!users.isEmpty()) {
      throw new Conflict(
          "remove " + name + ": volume is in use - [" + String.join(", ", users) + "]");
    }
    try {
      mounter.unmount(data(name));
      new TreeDeletion(Sys.host()).delete(root.resolve(name));
    } catch (IOException e) {
      throw new SystemFailure("remove " + name + ": " + e.getMessage(), e);
    }
    volumes.remove(name);
  }
}
