package io.layerd.metrics;

/**
 * What the engine counts while it works, all in one place. They belong to the process, as loggers
 * do, so that counting is one call wherever something happens. Names and buckets are dockerd's
 * where it has the same; docs/metrics.md is the list for readers.
 */
public final class EngineMetrics {
  /** Every family of this process; gauges join when the daemon has opened what they look at. */
  public static final Metrics ALL = new Metrics();

  public static final Histogram CONTAINER_CREATE = containerAction("create");
  public static final Histogram CONTAINER_START = containerAction("start");
  public static final Histogram CONTAINER_DELETE = containerAction("delete");
  public static final Histogram CONTAINER_CHANGES = containerAction("changes");
  public static final Histogram CONTAINER_COMMIT = containerAction("commit");

  public static final Histogram NETWORK_ALLOCATE = networkAction("allocate");
  public static final Histogram NETWORK_RELEASE = networkAction("release");

  public static final Histogram IMAGE_PULL =
      ALL.histogram(
          "engine_daemon_image_actions_seconds",
          "The number of seconds it takes to process each image action",
          new Label("action", "pull"));

  public static final Histogram INFO_SYSTEM = hostInfo("system_info");
  public static final Histogram INFO_OPERATING_SYSTEM = hostInfo("operating_system");
  public static final Histogram INFO_OS_VERSION = hostInfo("os_version");

  public static final Counter PULLED_BYTES =
      ALL.counter(
          "layerd_pull_bytes_total", "Bytes of image layers received from registries, compressed");
  public static final Counter UNPACKED_BYTES =
      ALL.counter("layerd_unpack_bytes_total", "Bytes of layer tars unpacked, uncompressed");
  public static final Histogram LAYER_FETCH =
      ALL.histogram(
          "layerd_layer_fetch_seconds",
          "How long the bytes of one layer were waited for, out of its time in all");
  public static final Histogram LAYER_UNPACK =
      ALL.histogram(
          "layerd_layer_unpack_seconds",
          "How long one layer was inflated, hashed and written, waiting for its bytes left out");

  private EngineMetrics() {}

  private static Histogram containerAction(String action) {
    return ALL.histogram(
        "engine_daemon_container_actions_seconds",
        "The number of seconds it takes to process each container action",
        new Label("action", action));
  }

  private static Histogram networkAction(String action) {
    return ALL.histogram(
        "engine_daemon_network_actions_seconds",
        "The number of seconds it takes to process each network action",
        new Label("action", action));
  }

  private static Histogram hostInfo(String function) {
    return ALL.histogram(
        "engine_daemon_host_info_functions_seconds",
        "The number of seconds it takes to call functions gathering info about the host",
        new Label("function", function));
  }
}
