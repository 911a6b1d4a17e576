package io.layerd.container;

import io.layerd.dockerfile.ConfigChanges;
import io.layerd.error.EngineException;
import io.layerd.error.InvalidParameter;
import io.layerd.error.SystemFailure;
import io.layerd.image.ImageService.Image;
import io.layerd.layer.Layer;
import io.layerd.layer.StagedLayer;
import io.layerd.oci.ChainId;
import io.layerd.oci.Digest;
import io.layerd.oci.Reference;
import io.layerd.spec.ContainerConfig;
import java.io.IOException;
import java.util.Map;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Makes an image of a container: its image's layers, and one more of what it changed. */
final class CommitContainer {
  private static final Logger LOG = Logger.getLogger(CommitContainer.class);

  private final Rooms rooms;
  private final PauseContainer pause;

  CommitContainer(Rooms rooms) {
    this.rooms = rooms;
    this.pause = new PauseContainer(rooms);
  }

  Digest commit(CommitRequest request) {
    if (request.container().isEmpty()) {
      throw new InvalidParameter("invalid name or ID supplied: \"\"");
    }
    Container container = rooms.index().get(request.container());
    ContainerView.checkAlive(container, "commit");
    boolean paused = request.pause() && pauseIfRunning(container);
    try {
      return standing(container, request);
    } finally {
      if (paused) {
        resume(container);
      }
    }
  }

  private boolean pauseIfRunning(Container container) {
    if (!container.running() || container.state.paused()) {
      return false;
    }
    pause.pause(container);
    return true;
  }

  private void resume(Container container) {
    try {
      pause.unpause(container);
    } catch (EngineException e) {
      LOG.warnf("container %s stays paused: %s", container.shortId(), e.getMessage());
    }
  }

  private Digest standing(Container container, CommitRequest request) {
    Reference name = name(request);
    ContainerConfig base = request.config() == null ? container.config : request.config();
    ContainerConfig config =
        ConfigMerge.merge(ConfigChanges.apply(base, request.changes()), container.config);
    Image parent = rooms.images().find(container.imageId).orElse(null);
    Digest id = image(container, config, request, parent);
    if (name != null) {
      rooms.images().tag(id, name);
    }
    rooms
        .events()
        .publish(
            container,
            "commit",
            Map.of(
                "comment",
                request.comment(),
                "imageID",
                id.toString(),
                "imageRef",
                name == null ? "" : name.tagged().familiar()));
    return id;
  }

  private static @Nullable Reference name(CommitRequest request) {
    if (request.repository().isEmpty()) {
      return null;
    }
    Reference name = Reference.parse(request.repository());
    if (name.digest() != null) {
      throw new InvalidParameter("cannot commit to digest reference");
    }
    return request.tag().isEmpty() ? name : name.withTag(request.tag());
  }

  private Digest image(
      Container container, ContainerConfig config, CommitRequest request, @Nullable Image parent) {
    CommittedImage image = new CommittedImage(parent);
    Digest parentId = parent == null ? null : parent.id();
    StagedLayer staged;
    try {
      staged = rooms.layers().stageChanges(container.id);
    } catch (IOException e) {
      throw new SystemFailure(
          "cannot commit container " + container.shortId() + ": " + e.getMessage(), e);
    }
    Image made;
    if (staged.isEmpty()) {
      rooms.layers().discard(staged);
      byte[] bytes = image.config(container, config, request, null);
      made = rooms.images().createImage(bytes, parentId, true);
    } else {
      ChainId below = parent == null ? null : parent.chainId();
      byte[] bytes = image.config(container, config, request, staged.diffId());
      Layer layer = register(staged, below);
      try {
        made = rooms.images().createImage(bytes, parentId, true);
      } finally {
        // The image holds it now; if there is none, nobody does.
        rooms.layers().release(layer.chainId());
      }
    }
    rooms.events().imageMade(made.id().toString(), made.config().labels());
    return made.id();
  }

  private Layer register(StagedLayer staged, @Nullable ChainId below) {
    try {
      return rooms.layers().register(staged, below, null);
    } catch (RuntimeException e) {
      rooms.layers().discard(staged);
      throw e;
    }
  }
}
