package io.layerd.container;

import io.layerd.error.Conflict;
import io.layerd.error.InvalidParameter;
import io.layerd.error.SystemFailure;
import io.layerd.sys.Sys;
import io.layerd.sys.Trees;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;

/**
 * States of containers that were written down, one directory each: below the container's own, and
 * gone with it, or where the client says.
 */
final class Checkpoints {
  private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.-]+");
  private static final FileAttribute<?> PRIVATE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  private final Rooms rooms;

  Checkpoints(Rooms rooms) {
    this.rooms = rooms;
  }

  /**
   * Writes one down. One that fails leaves nothing, and the container as it was.
   *
   * @param directory on the host; empty for the container's own
   * @param exit whether the container ends; the future completes when it has
   */
  CompletableFuture<Void> create(
      String ref, Container container, String name, String directory, boolean exit) {
    CompletableFuture<?> ended;
    container.lock.lock();
    try {
      if (!container.running()) {
        throw new Conflict("container " + container.id + " is not running");
      }
      if (!container.alive()) {
        throw new Conflict(
            "Container " + container.id + " is restarting, wait until the container is running");
      }
      Path images = reserve(ref, container, name, directory);
      ended = exit ? container.waiters.add(false, 0) : CompletableFuture.completedFuture(null);
      write(ref, container, images, exit);
    } finally {
      container.lock.unlock();
    }
    return ended.thenRun(() -> rooms.events().publish(container, "checkpoint"));
  }

  private void write(String ref, Container container, Path images, boolean exit) {
    // It stands still meanwhile, and those who follow the events are told.
    boolean pauses = !container.state.paused();
    if (pauses) {
      rooms.events().publish(container, "pause");
    }
    boolean done = false;
    try {
      rooms.runtime().checkpoint(container.id, images, !exit);
      done = true;
    } catch (SystemFailure e) {
      throw Rewording.prefix("Cannot checkpoint container " + ref + ": ", e);
    } finally {
      if (pauses && !(done && exit)) {
        rooms.events().publish(container, "unpause");
      }
      if (!done) {
        discard(images);
      }
    }
  }

  private static Path reserve(String ref, Container container, String name, String directory) {
    if (!NAME.matcher(name).matches()) {
      throw new SystemFailure(
          "Invalid checkpoint ID (%s), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed".formatted(name));
    }
    Path images = place(container, directory).resolve(name);
    if (Files.isDirectory(images)) {
      throw new SystemFailure(
          "cannot checkpoint container %s: checkpoint with name %s already exists for container %s"
              .formatted(ref, name, ref));
    }
    refuseFile(images);
    try {
      Files.createDirectories(images, PRIVATE);
      return images;
    } catch (IOException e) {
      throw new SystemFailure("cannot make " + images + ": " + e, e);
    }
  }

  /** Names of those there are. */
  List<String> list(String ref, Container container, String directory) {
    Path place = place(container, directory);
    if (!Files.isDirectory(place)) {
      if (directory.isEmpty()) {
        return List.of();
      }
      throw missing("", ref);
    }
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(place, Files::isDirectory)) {
      all.forEach(one -> names.add(String.valueOf(one.getFileName())));
    } catch (IOException e) {
      throw new SystemFailure("cannot read " + place + ": " + e, e);
    }
    names.sort(null);
    return names;
  }

  /** Deletes one. */
  void remove(String ref, Container container, String name, String directory) {
    Path images = find(ref, container, name, directory);
    try {
      new Trees(Sys.host()).delete(images);
    } catch (IOException e) {
      throw new SystemFailure("cannot delete " + images + ": " + e.getMessage(), e);
    }
  }

  /** Where one of the container's own is, to start from. */
  Path find(Container container, String name) {
    return find(container.name, container, name, "");
  }

  private static Path find(String ref, Container container, String name, String directory) {
    if (!NAME.matcher(name).matches()) {
      throw missing(name, ref);
    }
    Path images = place(container, directory).resolve(name);
    if (Files.isDirectory(images)) {
      return images;
    }
    refuseFile(images);
    throw missing(name, ref);
  }

  private static Path place(Container container, String directory) {
    if (directory.isEmpty()) {
      return container.file("checkpoints");
    }
    Path place = Path.of(directory).normalize();
    if (!place.isAbsolute()) {
      throw new InvalidParameter(
          "the directory of checkpoints \"" + directory + "\" must be an absolute path");
    }
    return place;
  }

  private static void refuseFile(Path images) {
    if (Files.exists(images)) {
      throw new SystemFailure(images + " exists and is not a directory");
    }
  }

  private static SystemFailure missing(String name, String ref) {
    return new SystemFailure("checkpoint " + name + " does not exist for container " + ref);
  }

  private static void discard(Path images) {
    try {
      new Trees(Sys.host()).delete(images);
    } catch (IOException e) {
      throw new SystemFailure("cannot delete " + images + ": " + e.getMessage(), e);
    }
  }
}
