package io.layerd.container;

import io.layerd.error.EngineException;
import io.layerd.logs.LogCursor;
import io.layerd.logs.LogSettings;
import io.layerd.logs.LogShipping;
import io.layerd.logs.LogSubject;
import io.layerd.logs.LogView;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The logs of containers, by what their logging drivers are told. */
final class Logs {
  private static final Logger LOG = Logger.getLogger(Logs.class);

  private final LogShipping shipping;

  Logs(LogShipping shipping) {
    this.shipping = shipping;
  }

  static LogSettings settings(Container container) {
    List<String> command = new ArrayList<>();
    command.add(container.path);
    command.addAll(container.args);
    Map<String, String> labels = container.config.labels();
    List<String> env = container.config.env();
    return LogSettings.of(
        container.host.logConfig(),
        new LogSubject(
            container.id,
            container.name.substring(1),
            container.config.image(),
            container.imageId,
            container.created.toString(),
            command,
            labels == null ? Map.of() : labels,
            env == null ? List.of() : env));
  }

  /**
   * Opens the log for a start.
   *
   * @return where the monitor is to write; null for no log
   */
  @Nullable Path prepare(Container container) {
    LogSettings settings = settings(container);
    container.logPath = LogShipping.path(container.directory, settings);
    return shipping.prepare(container.id, container.directory, settings);
  }

  /** The monitor of a container whose log is prepared writes from now on. */
  void begin(Container container) {
    shipping.begin(container.id);
  }

  void adopt(Container container) {
    try {
      shipping.adopt(container.id, container.directory, settings(container));
    } catch (EngineException e) {
      LOG.errorf("container %s: %s", container.shortId(), e.getMessage());
    }
  }

  /** Nothing more is written: the log is whole on return, or the host's log says why not. */
  void end(Container container) {
    try {
      shipping.end(container.id, container.directory, settings(container));
    } catch (EngineException e) {
      LOG.errorf("container %s: %s", container.shortId(), e.getMessage());
    }
  }

  @Nullable LogView view(Container container, LogCursor.Range range)
      throws IOException, InterruptedException {
    return shipping.view(container.id, container.directory, settings(container), range);
  }

  void close() {
    shipping.close();
  }
}
