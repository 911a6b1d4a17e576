package io.layerd.image;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.layerd.image.ImageService.History;
import io.layerd.image.ImageService.Image;
import io.layerd.oci.Digest;
import io.layerd.oci.ImageConfig;
import io.layerd.spec.ContainerConfig;
import io.layerd.spec.SpecJson;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads an image's configuration. */
final class ImageParser {
  private ImageParser() {}

  static Image parse(byte[] raw, @Nullable Digest parent) {
    ImageConfig config = ImageConfig.parse(raw);
    List<History> history = new ArrayList<>();
    if (config.history() != null) {
      for (ImageConfig.Step step : config.history()) {
        history.add(
            new History(
                instant(step.created()),
                text(step.createdBy()),
                text(step.author()),
                text(step.comment()),
                step.emptyLayer()));
      }
    }
    JsonNode run = config.config();
    JsonNode said = run == null || run.isNull() ? JsonNodeFactory.instance.objectNode() : run;
    return new Image(
        Digest.of(raw),
        config.platform(),
        instant(config.created()),
        text(config.author()),
        text(config.comment()),
        text(config.container()),
        text(config.dockerVersion()),
        SpecJson.read(said, ContainerConfig.class),
        List.copyOf(config.diffIds()),
        List.copyOf(history),
        parent,
        raw);
  }

  private static String text(@Nullable String value) {
    return value == null ? "" : value;
  }

  /** Go writes year 1 for no time at all. */
  private static @Nullable Instant instant(@Nullable String text) {
    if (text == null || text.isEmpty() || text.startsWith("0001-01-01")) {
      return null;
    }
    try {
      return Instant.parse(text);
    } catch (DateTimeParseException e) {
      return null;
    }
  }
}
