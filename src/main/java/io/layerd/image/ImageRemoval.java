package io.layerd.image;

import io.layerd.error.Conflict;
import io.layerd.image.ImageService.Image;
import io.layerd.image.ImageService.Removed;
import io.layerd.layer.Layer;
import io.layerd.oci.Digest;
import io.layerd.oci.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code docker rmi}, with dockerd's rules of what stands in the way. */
final class ImageRemoval {
  private final ImageState state;

  ImageRemoval(ImageState state) {
    this.state = state;
  }

  List<Removed> remove(String text, boolean force, boolean prune) {
    synchronized (state) {
      Image image = state.get(text);
      List<Removed> done = new ArrayList<>();
      boolean byId = image.id().toString().startsWith(text) || image.id().hex().startsWith(text);
      boolean quiet = false;
      List<Reference> names = state.names.of(image.id());
      if (byId) {
        if (oneRepository(names)) {
          refuse(conflict(image, force ? Severity.HARD : Severity.USE));
          untag(image, names, done);
        }
      } else {
        if (!force && oneRepository(names)) {
          refuseIfUsed(image, text);
        }
        untagByName(image, Reference.parse(text).stored(), done);
        if (!state.names.of(image.id()).isEmpty()) {
          return done;
        }
        quiet = true;
      }
      delete(image, force, prune, quiet, done);
      return done;
    }
  }

  private void refuseIfUsed(Image image, String text) {
    List<String> users = state.usersOf(image.id(), false);
    if (!users.isEmpty()) {
      throw new Conflict(
          "conflict: unable to remove repository reference \""
              + text
              + "\" (must force) - container "
              + users.getFirst()
              + " is using its referenced image "
              + ImageState.shortId(image.id()));
    }
  }

  /** Takes a tag away; digests go with the last tag of their repository. */
  private void untagByName(Image image, Reference name, List<Removed> done) {
    List<Reference> going = new ArrayList<>(List.of(name));
    if (name.digest() == null) {
      List<Reference> same =
          state.names.of(image.id()).stream()
              .filter(other -> other.name().equals(name.name()) && !other.equals(name))
              .toList();
      if (same.stream().allMatch(other -> other.digest() != null)) {
        going.addAll(same);
      }
    }
    untag(image, going, done);
  }

  /** In one write: a crash leaves all of the names or none. */
  private void untag(Image image, List<Reference> names, List<Removed> done) {
    state.names.removeAll(names);
    for (Reference name : names) {
      done.add(new Removed.Untagged(name.familiar()));
      state.publish("untag", image.id().toString(), image, image.id().toString());
    }
  }

  /** Whether at most one tag, and only names of one repository, point to the image. */
  private static boolean oneRepository(List<Reference> names) {
    long tags = names.stream().filter(name -> name.digest() == null).count();
    long repositories = names.stream().map(Reference::name).distinct().count();
    return names.size() == 1 || (tags <= 1 && repositories == 1);
  }

  private void delete(
      Image image, boolean force, boolean prune, boolean quiet, List<Removed> done) {
    Obstacle obstacle = conflict(image, force ? Severity.HARD : Severity.NAMES);
    if (obstacle != null) {
      if (quiet && (obstacle.used() || !dangling(image))) {
        return;
      }
      refuse(obstacle);
    }
    Digest parent = image.parent();
    untag(image, state.names.of(image.id()), done);
    List<Layer> gone = state.images.delete(image);
    String id = image.id().toString();
    state.publish("delete", id, Map.of("name", id));
    done.add(new Removed.Deleted(id));
    gone.forEach(layer -> done.add(new Removed.Deleted(layer.chainId().toString())));
    if (prune && parent != null) {
      state.images.find(parent).ifPresent(next -> delete(next, false, true, true, done));
    }
  }

  private boolean dangling(Image image) {
    return state.names.of(image.id()).isEmpty() && state.images.children(image.id()).isEmpty();
  }

  /** How much is looked at: children and running containers; stopped ones too; names too. */
  private enum Severity {
    HARD,
    USE,
    NAMES
  }

  private record Obstacle(Image image, boolean hard, boolean used, String what) {}

  private @Nullable Obstacle conflict(Image image, Severity severity) {
    if (!state.images.children(image.id()).isEmpty()) {
      return new Obstacle(image, true, false, "image has dependent child images");
    }
    List<String> running = state.usersOf(image.id(), true);
    if (!running.isEmpty()) {
      return new Obstacle(
          image, true, true, "image is being used by running container " + running.getFirst());
    }
    if (severity == Severity.HARD) {
      return null;
    }
    if (severity == Severity.NAMES && !state.names.of(image.id()).isEmpty()) {
      return new Obstacle(image, false, false, "image is referenced in multiple repositories");
    }
    List<String> stopped = state.usersOf(image.id(), false);
    if (!stopped.isEmpty()) {
      return new Obstacle(
          image, false, true, "image is being used by stopped container " + stopped.getFirst());
    }
    return null;
  }

  private static void refuse(@Nullable Obstacle obstacle) {
    if (obstacle != null) {
      throw new Conflict(
          "conflict: unable to delete "
              + ImageState.shortId(obstacle.image().id())
              + (obstacle.hard() ? " (cannot be forced) - " : " (must be forced) - ")
              + obstacle.what());
    }
  }
}
