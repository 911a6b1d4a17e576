package io.layerd.fsck;

import io.layerd.error.SystemFailure;
import io.layerd.oci.ChainId;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Checks the images and layers of a data root. */
public final class Fsck {
  /** Names that layerd and dockerd's layer store give; BuildKit's layers have others. */
  static final Pattern LAYER_ID = Pattern.compile("[0-9a-f]{64}(-init)?");

  private final Sys sys;
  private final Path dataRoot;
  private final Options options;
  private final Progress progress;
  private final Findings findings;

  /**
   * @param contents whether every file is read and compared with its checksum, which takes as long
   *     as reading the whole data root
   * @param live whether a daemon is at work in the data root
   */
  public record Options(boolean contents, boolean live) {}

  /**
   * What was looked at and found.
   *
   * @param drivers storage drivers with images in the data root
   */
  public record Report(List<String> drivers, int layers, int images, List<Problem> problems) {}

  private Fsck(Sys sys, Path dataRoot, Options options, Progress progress) {
    this.sys = sys;
    this.dataRoot = dataRoot;
    this.options = options;
    this.progress = progress;
    this.findings = new Findings(options.live());
  }

  /**
   * Changes nothing.
   *
   * @throws SystemFailure if the data root cannot be read at all
   */
  public static Report check(Sys sys, Path dataRoot, Options options, Progress progress) {
    try {
      return new Fsck(sys, dataRoot.toAbsolutePath().normalize(), options, progress).run();
    } catch (IOException e) {
      throw new SystemFailure("cannot check " + dataRoot + ": " + e, e);
    }
  }

  private Report run() throws IOException {
    List<String> drivers = new ArrayList<>();
    int layers = 0;
    int images = 0;
    Path image = dataRoot.resolve("image");
    if (Files.isDirectory(image)) {
      try (DirectoryStream<Path> names = Files.newDirectoryStream(image)) {
        for (Path root : names) {
          String driver = String.valueOf(root.getFileName());
          DriverHome home = DriverHome.of(dataRoot, driver);
          if (home != null && Files.isDirectory(root.resolve("layerdb"))) {
            drivers.add(driver);
            LayerEntries reader =
                new LayerEntries(home, MountEntries.inUse(root.resolve("layerdb")), findings);
            Map<ChainId, Entry> entries = reader.read(root.resolve("layerdb/sha256"));
            layers += entries.size();
            images += check(root, home, reader, entries);
          }
        }
      }
    }
    return new Report(drivers, layers, images, findings.problems());
  }

  private int check(Path root, DriverHome home, LayerEntries reader, Map<ChainId, Entry> entries)
      throws IOException {
    Set<String> referred = new HashSet<>();
    for (Entry entry : entries.values()) {
      referred.add(entry.cacheId());
      ChainId parent = entry.parent();
      Entry below = parent == null ? null : entries.get(parent);
      home.check(
          entry.subject(), entry.cacheId(), below == null ? null : below.cacheId(), findings);
    }
    MountEntries mounts = new MountEntries(dataRoot.resolve("containers"), entries, home, findings);
    mounts.check(root.resolve("layerdb/mounts"));
    referred.addAll(mounts.referred());
    leftovers(root, home, referred, mounts.readable());
    if (options.contents()) {
      new Contents(sys, home, progress, reader).check(entries);
    }
    Images images = new Images(root, entries, findings);
    images.check();
    return images.count();
  }

  private void leftovers(Path root, DriverHome home, Set<String> referred, boolean all)
      throws IOException {
    Path staging = root.resolve("layerdb/tmp");
    if (Files.isDirectory(staging)) {
      try (DirectoryStream<Path> left = Files.newDirectoryStream(staging)) {
        left.forEach(path -> findings.leftover(path, "what an interrupted pull left"));
      }
    }
    // a damaged entry hides whose directories are whose
    boolean damaged =
        !all || findings.problems().stream().anyMatch(p -> p.subject().startsWith("layer "));
    for (String id : home.ids()) {
      if (!damaged && !referred.contains(id) && LAYER_ID.matcher(id).matches()) {
        findings.leftover(home.directories().resolve(id), "nothing refers to it");
      }
    }
  }
}
