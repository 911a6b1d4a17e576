package io.layerd.daemon;

import io.layerd.api.DaemonFacts;
import io.layerd.container.ContainerService.Counts;
import io.layerd.engine.Engines;
import io.layerd.engine.HostFacts;
import io.layerd.layer.Layer;
import io.layerd.metrics.Label;
import io.layerd.metrics.Metrics;
import java.util.Map;
import java.util.TreeMap;

/** What is measured by looking at the engine when somebody asks. */
final class EngineGauges {
  private EngineGauges() {}

  static void add(Metrics metrics, Engines.Parts parts, DaemonFacts facts) {
    engine(metrics, parts, facts);
    metrics.gauges(
        "engine_daemon_container_states_containers",
        "The count of containers in various states",
        "state",
        () -> states(parts.containers().counts()));
    metrics.sum(
        "engine_daemon_events_total",
        "The number of events logged",
        () -> parts.events().published());
    metrics.gauge(
        "engine_daemon_events_subscribers_total",
        "The number of current subscribers to events",
        () -> parts.events().subscribers());
    metrics.gauges(
        "layerd_lane_waiting_tasks",
        "Tasks that wait for a free lane",
        "lane",
        () -> new TreeMap<>(parts.lanes().queueDepths()));
    metrics.gauge("layerd_images", "Images in the store", () -> parts.images().count());
    metrics.gauge(
        "layerd_layers", "Read-only layers in the store", () -> parts.layers().all().size());
    metrics.gauge(
        "layerd_layers_bytes",
        "Bytes of the read-only layers, each once",
        () -> parts.layers().all().stream().mapToLong(Layer::sizeBytes).sum());
    new ProcessGauges().add(metrics);
  }

  private static void engine(Metrics metrics, Engines.Parts parts, DaemonFacts facts) {
    metrics.gauge(
        "engine_daemon_engine_info",
        "The information related to the engine and the OS it is running on",
        () -> 1,
        new Label("architecture", HostFacts.machine()),
        new Label("commit", facts.commit()),
        new Label("daemon_id", facts.id()),
        new Label("graphdriver", parts.layers().driverName()),
        new Label("kernel", HostFacts.kernelVersion()),
        new Label("os", HostFacts.osRelease("PRETTY_NAME")),
        new Label("os_type", "linux"),
        new Label("os_version", HostFacts.osRelease("VERSION_ID")),
        new Label("version", facts.engineVersion()));
    metrics.gauge(
        "layerd_info", "The version of layerd", () -> 1, new Label("version", facts.version()));
    metrics.gauge(
        "engine_daemon_engine_cpus_cpus",
        "The number of cpus that the host system of the engine has",
        () -> Runtime.getRuntime().availableProcessors());
    metrics.gauge(
        "engine_daemon_engine_memory_bytes",
        "The number of bytes of memory that the host system of the engine has",
        HostFacts::memoryBytes);
  }

  private static Map<String, Integer> states(Counts counts) {
    Map<String, Integer> states = new TreeMap<>();
    states.put("paused", counts.paused());
    states.put("running", counts.running());
    states.put("stopped", counts.stopped());
    return states;
  }
}
