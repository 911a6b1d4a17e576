package io.layerd.build;

import io.layerd.container.ContainerService;
import io.layerd.container.CreateRequest;
import io.layerd.error.EngineException;
import io.layerd.image.ImageService.Image;
import io.layerd.spec.ContainerConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.jboss.logging.Logger;

/**
 * The containers of a build's steps. They go with their step unless {@code --rm=false} keeps them;
 * {@code --force-rm} takes them all away if the build fails.
 */
final class KeptContainers {
  private static final Logger LOG = Logger.getLogger(KeptContainers.class);

  private final ContainerService containers;
  private final BuildRequest request;
  private final BuildReport report;
  private final List<String> kept = new ArrayList<>();

  KeptContainers(ContainerService containers, BuildRequest request, BuildReport report) {
    this.containers = containers;
    this.request = request;
    this.report = report;
  }

  /**
   * A step has ended.
   *
   * @param failed whether its program did
   */
  void finished(String id, boolean failed) throws InterruptedException {
    if (request.keepContainers()) {
      kept.add(id);
      return;
    }
    remove(id);
    if (!failed || request.forceRemove()) {
      report.removed(id);
    }
  }

  /**
   * Makes the container that a step which runs nothing leaves, if such are kept.
   *
   * @return empty if it has none
   */
  String keepFor(Stage stage, ContainerConfig command) {
    Image image = stage.image();
    if (!request.keepContainers() || image == null) {
      return "";
    }
    ContainerConfig config =
        StepImages.change(command, java.util.Map.of("Image", image.id().toString()));
    String id = containers.create(new CreateRequest(null, null, config, request.host(), null)).id();
    kept.add(id);
    return id;
  }

  /** The build has ended; the report is the whole build's. */
  void end(boolean whole, BuildReport report) throws InterruptedException {
    if (!whole && request.forceRemove()) {
      for (String id : kept) {
        remove(id);
        report.removed(id);
      }
      kept.clear();
    }
  }

  private void remove(String id) throws InterruptedException {
    try {
      containers.remove(id, true, true).get();
    } catch (ExecutionException | EngineException e) {
      LOG.warnf("a build's container is left: %s", e.getMessage());
    }
  }
}
