package io.layerd.api;

import io.layerd.api.model.ContainerSummary;
import io.layerd.container.ContainerSnapshot;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * {@code GET /containers/json}, which is asked for again and again: an element is written once and
 * kept while the container and the words for its status stay as they are.
 */
final class ContainerList {
  /** Of how many containers, at a kilobyte or so each; longer lists are asked for less often. */
  private static final int KEPT = 512;

  private record Element(
      ContainerSnapshot snapshot, String status, boolean annotations, byte[] json) {}

  private final Map<String, Element> elements = new ConcurrentHashMap<>();

  /**
   * The list as it is sent, with its line feed.
   *
   * @param minor of the API version asked for
   */
  byte[] json(List<ContainerSnapshot> containers, Instant now, int minor) {
    boolean keep = containers.size() <= KEPT;
    List<byte[]> texts = new ArrayList<>(containers.size());
    int length = 2; // the brackets; each element ends with a byte for its comma or the line feed
    for (ContainerSnapshot container : containers) {
      byte[] text =
          keep && container.sizes() == null
              ? kept(container, now, minor)
              : ErrorAnswer.json(ContainerSummary.of(container, now, minor));
      texts.add(text);
      length += text.length;
    }
    return join(texts, containers.isEmpty() ? 3 : length);
  }

  private byte[] kept(ContainerSnapshot container, Instant now, int minor) {
    Element last = elements.get(container.id());
    boolean annotations = minor >= ContainerSummary.ANNOTATIONS_SINCE;
    String status = container.statusText(now);
    if (last != null
        && last.snapshot() == container
        && last.annotations() == annotations
        && last.status().equals(status)) {
      return last.json();
    }
    byte[] json = ErrorAnswer.json(ContainerSummary.of(container, now, minor));
    if (elements.size() >= 2 * KEPT) {
      elements.clear(); // mostly of containers that are gone
    }
    elements.put(container.id(), new Element(container, status, annotations, json));
    return json;
  }

  /** Lines of JSON as one array in a line. */
  private static byte[] join(List<byte[]> lines, int length) {
    byte[] all = new byte[length];
    int at = 0;
    all[at++] = '[';
    for (byte[] line : lines) {
      System.arraycopy(line, 0, all, at, line.length);
      at += line.length;
      all[at - 1] = ',';
    }
    at = lines.isEmpty() ? at : at - 1;
    all[at++] = ']';
    all[at] = '\n';
    return all;
  }
}
