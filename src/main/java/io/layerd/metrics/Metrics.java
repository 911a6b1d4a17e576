package io.layerd.metrics;

import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Families of series by name. Asking twice for the same series answers the same one. */
public final class Metrics {
  /** Media type of {@link #text}. */
  public static final String MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  /** Where Prometheus' clients, dockerd's among them, put the bounds of buckets. */
  private static final double[] USUAL_BOUNDS = {
    0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10
  };

  private final Map<String, Family> families = new ConcurrentSkipListMap<>();

  /** A name, what it means, and its series by their labels. */
  private record Family(String type, String help, Map<String, Series> series) {}

  /** A sum; its name ends in {@code _total}. */
  public Counter counter(String name, String help, Label... labels) {
    return (Counter)
        family(name, "counter", help).computeIfAbsent(text(labels), _ -> new Counter());
  }

  /** Durations in dockerd's buckets; its name ends in {@code _seconds}. */
  public Histogram histogram(String name, String help, Label... labels) {
    return histogram(name, help, USUAL_BOUNDS, labels);
  }

  /** Durations in buckets of one's own, in seconds. */
  public Histogram histogram(String name, String help, double[] bounds, Label... labels) {
    return (Histogram)
        family(name, "histogram", help).computeIfAbsent(text(labels), _ -> new Histogram(bounds));
  }

  /** A value that is asked for when somebody looks. It replaces one of the same name and labels. */
  public void gauge(String name, String help, DoubleSupplier value, Label... labels) {
    family(name, "gauge", help)
        .put(text(labels), (out, family, text) -> out.sample(family, text, value.getAsDouble()));
  }

  /** Values that are asked for together, one for each value of a label. */
  public void gauges(
      String name,
      String help,
      String label,
      Supplier<? extends Map<String, ? extends Number>> values) {
    family(name, "gauge", help)
        .put(
            "",
            (out, family, _) ->
                values
                    .get()
                    .forEach(
                        (value, number) ->
                            out.sample(
                                family, new Label(label, value).text(), number.doubleValue())));
  }

  /** A sum that somebody else keeps. */
  public void sum(String name, String help, DoubleSupplier value) {
    family(name, "counter", help)
        .put("", (out, family, text) -> out.sample(family, text, value.getAsDouble()));
  }

  /** Everything, in Prometheus' text format. Asks the gauges: may block as they do. */
  public String text() {
    Exposition out = new Exposition();
    families.forEach(
        (name, family) -> {
          out.family(name, family.type(), family.help());
          family.series().forEach((labels, series) -> series.write(out, name, labels));
        });
    return out.toString();
  }

  private Map<String, Series> family(String name, String type, String help) {
    Family family =
        families.computeIfAbsent(name, _ -> new Family(type, help, new ConcurrentSkipListMap<>()));
    if (!family.type().equals(type)) {
      throw new IllegalArgumentException(name + " is a " + family.type());
    }
    return family.series();
  }

  private static String text(Label... labels) {
    return Arrays.stream(labels).map(Label::text).collect(Collectors.joining(","));
  }
}
