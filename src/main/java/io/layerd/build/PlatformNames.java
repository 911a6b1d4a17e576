package io.layerd.build;

import io.layerd.error.InvalidParameter;
import io.layerd.oci.Platform;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code os/architecture[/variant]}, as FROM's {@code --platform} says it. */
final class PlatformNames {
  /** Names that stand alone: an architecture, or an operating system. */
  private static final Set<String> SINGLE =
      Set.of(
          ("linux windows darwin freebsd amd64 x86_64 x86-64 arm64 aarch64 arm armhf armel 386 i386"
                  + " ppc64le ppc64 s390x riscv64 loong64 mips mipsle mips64 mips64le wasm")
              .split(" "));

  private PlatformNames() {}

  static Platform parse(String text) {
    String[] parts = text.split("/", -1);
    if (parts.length > 3 || text.isBlank()) {
      throw new InvalidParameter(
          "failed to parse platform " + text + ": \"" + text + "\" is an invalid component");
    }
    if (parts.length == 1 && !SINGLE.contains(parts[0].toLowerCase(Locale.ROOT))) {
      throw new InvalidParameter(
          "failed to parse platform "
              + text
              + ": \""
              + text
              + "\": unknown operating system or architecture: invalid argument");
    }
    String variant = parts.length == 3 ? parts[2] : null;
    return parts.length == 1
        ? new Platform(parts[0], "linux", null, null)
        : new Platform(parts[1], parts[0], null, variant);
  }

  /**
   * The arguments that BuildKit made common: BUILDPLATFORM, TARGETARCH and their like.
   *
   * @param target null for the host's
   */
  static Map<String, String> args(@Nullable Platform target) {
    Map<String, String> values = new HashMap<>();
    put(values, "BUILD", Platform.host());
    put(values, "TARGET", target == null ? Platform.host() : target);
    return values;
  }

  private static void put(Map<String, String> values, String kind, Platform platform) {
    String variant = platform.variant() == null ? "" : platform.variant();
    values.put(kind + "OS", platform.os());
    values.put(kind + "ARCH", platform.architecture());
    values.put(kind + "VARIANT", variant);
    values.put(
        kind + "PLATFORM",
        platform.os() + "/" + platform.architecture() + (variant.isEmpty() ? "" : "/" + variant));
  }
}
