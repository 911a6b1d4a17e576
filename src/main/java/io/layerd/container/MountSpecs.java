package io.layerd.container;

import io.layerd.container.StoredContainer.Mount;
import io.layerd.error.InvalidParameter;
import io.layerd.spec.BindOptions;
import io.layerd.spec.MountRequest;
import io.layerd.spec.VolumeOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/** Reads {@code -v} and {@code --mount}, and refuses what makes no sense in dockerd's words. */
final class MountSpecs {
  private static final Set<String> PROPAGATIONS =
      Set.of("shared", "rshared", "slave", "rslave", "private", "rprivate");

  private MountSpecs() {}

  /** {@code source:destination[:mode]}; a source without a slash is a volume. */
  static Mount bind(String text, String volumeDriver) {
    String[] parts = text.split(":", -1);
    if (parts.length > 3 || parts[0].isEmpty()) {
      throw new InvalidParameter("invalid volume specification: '" + text + "'");
    }
    String source = parts.length == 1 ? "" : parts[0];
    String destination = parts.length == 1 ? parts[0] : parts[1];
    String mode = parts.length == 3 ? parts[2] : "";
    if (destination.isEmpty()) {
      throw new InvalidParameter("invalid volume specification: '" + text + "'");
    }
    boolean isBind = source.startsWith("/");
    checkMode(mode, isBind);
    String type = isBind ? "bind" : "volume";
    String problem = destinationProblem(destination);
    if (problem != null) {
      throw new InvalidParameter(
          "invalid volume specification: '"
              + text
              + "': invalid mount config for type \""
              + type
              + "\": "
              + problem);
    }
    boolean readOnly = has(mode, "ro");
    String propagation = "";
    for (String word : mode.split(",", -1)) {
      if (PROPAGATIONS.contains(word)) {
        propagation = word;
      }
    }
    VolumeOptions volume = has(mode, "nocopy") ? new VolumeOptions(true, null, "", null) : null;
    BindOptions bind =
        propagation.isEmpty() ? null : new BindOptions(propagation, false, false, false, false);
    MountRequest spec =
        new MountRequest(type, source, destination, readOnly, "", bind, volume, null, null);
    if (isBind) {
      return new Mount(
          clean(source),
          clean(destination),
          !readOnly,
          "",
          "",
          "bind",
          propagation.isEmpty() ? "rprivate" : propagation,
          mode,
          spec,
          false);
    }
    return new Mount(
        "",
        clean(destination),
        !readOnly,
        source,
        volumeDriver.isEmpty() ? "local" : volumeDriver,
        "volume",
        "",
        mode.isEmpty() ? "z" : mode,
        spec,
        false);
  }

  /** A mount asked for with {@code --mount}; the source of a bind must exist. */
  static Mount mount(MountRequest asked) {
    String type = asked.type();
    if (!Set.of("bind", "volume", "tmpfs", "image").contains(type)) {
      throw invalid(type, "mount type unknown");
    }
    MountOptionChecks.check(asked);
    if (asked.target().isEmpty()) {
      throw invalid(type, "field Target must not be empty");
    }
    String problem = destinationProblem(asked.target());
    if (problem != null) {
      throw invalid(type, problem);
    }
    String destination = clean(asked.target());
    return switch (type) {
      case "bind" -> bindMount(asked, destination);
      case "volume" -> volumeMount(asked, destination);
      case "image" -> imageMount(asked, destination);
      default -> {
        if (!asked.source().isEmpty()) {
          throw invalid(type, "field Source must not be specified");
        }
        yield new Mount("", destination, !asked.readOnly(), "", "", "tmpfs", "", "", asked, false);
      }
    };
  }

  /** The image is looked up later. */
  private static Mount imageMount(MountRequest asked, String destination) {
    if (asked.source().isEmpty()) {
      throw invalid("image", "field Source must not be empty");
    }
    return new Mount(
        "", destination, false, asked.source(), "", "image", "rprivate", "", asked, false);
  }

  private static Mount bindMount(MountRequest asked, String destination) {
    if (asked.source().isEmpty()) {
      throw invalid("bind", "field Source must not be empty");
    }
    if (!asked.source().startsWith("/")) {
      throw invalid(
          "bind", "invalid mount path: '" + asked.source() + "' mount path must be absolute");
    }
    BindOptions options = asked.bindOptions();
    String propagation = options == null ? "" : options.propagation();
    if (!propagation.isEmpty() && !PROPAGATIONS.contains(propagation)) {
      throw invalid("bind", "invalid propagation mode: " + propagation);
    }
    boolean create = options != null && options.createMountpoint();
    if (!create && Files.notExists(Path.of(asked.source()))) {
      throw invalid("bind", "bind source path does not exist: " + asked.source());
    }
    return new Mount(
        clean(asked.source()),
        destination,
        !asked.readOnly(),
        "",
        "",
        "bind",
        propagation.isEmpty() ? "rprivate" : propagation,
        "",
        asked,
        !create);
  }

  private static Mount volumeMount(MountRequest asked, String destination) {
    if (asked.source().isEmpty() && asked.readOnly()) {
      throw invalid("volume", "must not set ReadOnly mode when using anonymous volumes");
    }
    VolumeOptions options = asked.volumeOptions();
    String driver =
        options == null || options.driverConfig() == null ? "" : options.driverConfig().name();
    return new Mount(
        "",
        destination,
        !asked.readOnly(),
        asked.source(),
        driver.isEmpty() ? "local" : driver,
        "volume",
        "",
        "z",
        asked,
        false);
  }

  /** A destination of {@code --tmpfs}. */
  static String tmpfs(String destination) {
    String problem = destinationProblem(destination);
    if (problem != null) {
      throw new InvalidParameter(problem);
    }
    return clean(destination);
  }

  /** {@code ref[:mode]} of {@code --volumes-from}: the reference and whether it may write. */
  static VolumesFrom volumesFrom(String text) {
    int colon = text.indexOf(':');
    String mode = colon < 0 ? "" : text.substring(colon + 1);
    checkMode(mode, false);
    return new VolumesFrom(colon < 0 ? text : text.substring(0, colon), has(mode, "ro"));
  }

  record VolumesFrom(String ref, boolean readOnly) {}

  private static void checkMode(String mode, boolean bind) {
    if (mode.isEmpty()) {
      return;
    }
    int access = 0;
    int label = 0;
    int propagation = 0;
    int copy = 0;
    for (String word : mode.split(",", -1)) {
      switch (word) {
        case "ro", "rw" -> access++;
        case "z", "Z" -> label++;
        case "nocopy" -> copy++;
        case "consistent", "cached", "delegated", "default" -> {}
        default -> {
          if (!PROPAGATIONS.contains(word)) {
            throw new InvalidParameter("invalid mode: " + mode);
          }
          propagation++;
        }
      }
    }
    boolean bad = access > 1 || label > 1 || propagation > 1 || copy > 1;
    if (bad || (bind && copy > 0) || (!bind && propagation > 0)) {
      throw new InvalidParameter("invalid mode: " + mode);
    }
  }

  private static boolean has(String mode, String word) {
    for (String part : mode.split(",", -1)) {
      if (part.equals(word)) {
        return true;
      }
    }
    return false;
  }

  private static @org.jspecify.annotations.Nullable String destinationProblem(String path) {
    if (!path.startsWith("/")) {
      return "invalid mount path: '" + path + "' mount path must be absolute";
    }
    return clean(path).equals("/") ? "invalid specification: destination can't be '/'" : null;
  }

  static String clean(String path) {
    return Path.of(path).normalize().toString();
  }

  static InvalidParameter invalid(String type, String problem) {
    return new InvalidParameter("invalid mount config for type \"" + type + "\": " + problem);
  }
}
