package io.layerd.container;

import io.layerd.error.EngineException;
import org.jboss.logging.Logger;

/** The restart that a policy asks for, after its back-off. */
final class RestartContainer {
  private static final Logger LOG = Logger.getLogger(RestartContainer.class);

  private final StartContainer start;

  RestartContainer(StartContainer start) {
    this.start = start;
  }

  void restart(Container container) {
    container.lock.lock();
    try {
      if (container.pendingRestart == null || !container.state.restarting()) {
        return;
      }
      container.pendingRestart = null;
      start.launch(container);
    } catch (EngineException e) {
      LOG.errorf("container %s is not restarted: %s", container.shortId(), e.getMessage());
    } finally {
      container.lock.unlock();
    }
  }
}
