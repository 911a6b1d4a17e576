package io.layerd.api;

import io.layerd.error.InvalidParameter;
import io.layerd.oci.Platform;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code os[/arch[/variant]]}, as the {@code platform} parameter has it. */
public final class PlatformText {
  private static final Pattern COMPONENT = Pattern.compile("[A-Za-z0-9_.-]+");
  private static final Set<String> SYSTEMS =
      Set.of("linux", "windows", "darwin", "freebsd", "netbsd", "openbsd", "solaris", "aix");

  /** Those containerd knows, and what it also calls them. */
  private static final Set<String> ARCHITECTURES =
      Set.of(
          "386",
          "i386",
          "amd64",
          "x86_64",
          "x86-64",
          "arm",
          "armhf",
          "armel",
          "armbe",
          "arm64",
          "arm64be",
          "aarch64",
          "loong64",
          "mips",
          "mipsle",
          "mips64",
          "mips64le",
          "mips64p32",
          "mips64p32le",
          "ppc",
          "ppc64",
          "ppc64le",
          "riscv",
          "riscv64",
          "s390",
          "s390x",
          "sparc",
          "sparc64",
          "wasm");

  private PlatformText() {}

  /**
   * @return null if absent or empty
   * @throws InvalidParameter in containerd's words
   */
  public static @Nullable Platform parse(@Nullable String text) {
    if (text == null || text.isEmpty()) {
      return null;
    }
    List<String> parts = List.of(text.split("/", -1));
    for (String part : parts) {
      if (!COMPONENT.matcher(part).matches()) {
        throw new InvalidParameter(
            "\"%s\" is an invalid component of \"%s\": platform specifier component must match \"^[A-Za-z0-9_.-]+$\": invalid argument"
                .formatted(part, text));
      }
    }
    Platform host = Platform.host();
    String first = parts.getFirst().toLowerCase(Locale.ROOT);
    return switch (parts.size()) {
      case 1 ->
          SYSTEMS.contains(first)
              ? new Platform(host.architecture(), first, null, host.variant())
              : of("linux", architecture(first, text), null);
      case 2 -> of(first, parts.get(1), null);
      case 3 -> of(first, parts.get(1), parts.get(2).toLowerCase(Locale.ROOT));
      default ->
          throw new InvalidParameter(
              "\"" + text + "\": cannot parse platform specifier: invalid argument");
    };
  }

  private static String architecture(String name, String text) {
    if (!ARCHITECTURES.contains(name)) {
      throw new InvalidParameter(
          "\"" + text + "\": unknown operating system or architecture: invalid argument");
    }
    return name;
  }

  /**
   * A platform as a JSON object, the way queries about archives have it.
   *
   * @param texts all values of the parameter
   * @return null if there is none
   * @throws InvalidParameter in dockerd's words
   */
  public static @Nullable Platform parseJson(List<String> texts) {
    if (texts.isEmpty()) {
      return null;
    }
    if (texts.size() > 1) {
      throw new InvalidParameter("multiple platform parameters not supported");
    }
    String text = texts.getFirst();
    if (text.isEmpty()) {
      return null;
    }
    Platform platform =
        JsonText.read(text, Platform.class, "v1.Platform", "failed to parse platform: ");
    if (platform == null || platform.os().isEmpty() || platform.architecture().isEmpty()) {
      throw new InvalidParameter("both OS and Architecture must be provided");
    }
    return platform;
  }

  private static Platform of(String os, String architecture, @Nullable String variant) {
    return switch (architecture.toLowerCase(Locale.ROOT)) {
      case "x86_64", "x86-64", "amd64" -> new Platform("amd64", os, null, variant);
      case "aarch64", "arm64" -> new Platform("arm64", os, null, variant);
      case "i386", "i686", "386" -> new Platform("386", os, null, null);
      case "armhf" -> new Platform("arm", os, null, "v7");
      case "armel" -> new Platform("arm", os, null, "v6");
      default -> new Platform(architecture.toLowerCase(Locale.ROOT), os, null, variant);
    };
  }
}
