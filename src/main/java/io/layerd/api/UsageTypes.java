package io.layerd.api;

import io.layerd.engine.SystemCommands.UsageType;
import io.layerd.error.InvalidParameter;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The {@code type} parameters of {@code GET /system/df}. */
final class UsageTypes {
  private UsageTypes() {}

  /** All types if none is given. */
  static Set<UsageType> parse(@Nullable List<String> texts) {
    if (texts == null || texts.isEmpty()) {
      return EnumSet.allOf(UsageType.class);
    }
    Set<UsageType> types = EnumSet.noneOf(UsageType.class);
    for (String text : texts) {
      types.add(
          switch (text) {
            case "container" -> UsageType.CONTAINER;
            case "image" -> UsageType.IMAGE;
            case "volume" -> UsageType.VOLUME;
            case "build-cache" -> UsageType.BUILD_CACHE;
            default -> throw new InvalidParameter("unknown object type: " + text);
          });
    }
    return types;
  }
}
