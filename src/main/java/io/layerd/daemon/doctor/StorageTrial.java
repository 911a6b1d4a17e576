package io.layerd.daemon.doctor;

import io.layerd.error.EngineException;
import io.layerd.graph.GraphDriver;
import io.layerd.layer.StorageDrivers;
import io.layerd.mount.Mounts;
import io.layerd.sys.DirEntry;
import io.layerd.sys.Sys;
import io.layerd.sys.Trees;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Whether the file system of the data root tells file types, and whether the storage driver works
 * on it: it is opened in a directory of its own, which mounts an overlay, and thrown away.
 */
final class StorageTrial implements Check {
  private final Sys sys;
  private final Places places;

  StorageTrial(Sys sys, Places places) {
    this.sys = sys;
    this.places = places;
  }

  @Override
  public List<Finding> look() {
    Path place = DataRootSpace.existing(places.dataRoot());
    List<Finding> findings = new ArrayList<>();
    Path scratch = null;
    try {
      scratch = Files.createTempDirectory(place, ".layerd-doctor-");
      findings.add(fileTypes(scratch));
      findings.add(driver(scratch));
    } catch (IOException e) {
      findings.add(
          Finding.failure(
              "storage driver",
              "cannot be tried out in " + place + ": " + e.getMessage(),
              "make it writable and make room on it"));
    } finally {
      remove(scratch);
    }
    return findings;
  }

  private Finding fileTypes(Path scratch) throws IOException {
    Files.createDirectory(scratch.resolve("d"));
    int fd =
        sys.openat(
            Sys.AT_FDCWD,
            scratch.toString().getBytes(StandardCharsets.UTF_8),
            Sys.O_RDONLY | Sys.O_DIRECTORY,
            0);
    try {
      for (DirEntry entry : sys.readDirectory(fd)) {
        if (entry.type() == 0) {
          return Finding.failure(
              "d_type",
              "directories do not tell the types of files",
              "make the file system anew: mkfs.xfs -n ftype=1, or mkfs.ext4 -O filetype");
        }
      }
      return Finding.ok("d_type", "directories tell the types of files");
    } finally {
      sys.close(fd);
    }
  }

  private Finding driver(Path scratch) {
    try {
      String choice = StorageDrivers.choice(places.dataRoot(), places.storageDriver());
      GraphDriver driver = StorageDrivers.open(scratch, choice, places.storageOptions());
      if (choice == null && driver.name().equals("vfs")) {
        return Finding.warning(
            "storage driver",
            "vfs, since overlay2 cannot be used here: every layer is a whole copy",
            "put the data root on ext4 or xfs");
      }
      return Finding.ok("storage driver", worked(driver));
    } catch (EngineException e) {
      return Finding.failure(
          "storage driver",
          String.valueOf(e.getMessage()),
          "put the data root on ext4 or xfs, or choose another --storage-driver");
    }
  }

  private static String worked(GraphDriver driver) {
    String status =
        driver.status().stream()
            .map(entry -> entry.getKey() + " " + entry.getValue())
            .collect(Collectors.joining(", "));
    String name =
        driver.name() + (driver.name().startsWith("overlay") ? ", a test mount worked" : "");
    return status.isEmpty() ? name : name + ": " + status;
  }

  private void remove(@Nullable Path scratch) {
    if (scratch == null) {
      return;
    }
    try {
      new Mounts(sys).unmountAll(scratch);
      new Trees(sys).delete(scratch);
    } catch (IOException e) {
      System.err.println("layerd doctor: " + scratch + " is left behind: " + e.getMessage());
    }
  }
}
