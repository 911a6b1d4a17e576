package io.layerd.metrics;

/** A label of a series. Values come from a fixed set, never from a client. */
public record Label(String name, String value) {
  /** As Prometheus' text format writes it. */
  String text() {
    String escaped = value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    return name + "=\"" + escaped + "\"";
  }
}
