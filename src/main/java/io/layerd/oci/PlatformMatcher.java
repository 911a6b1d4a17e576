package io.layerd.oci;

import io.layerd.error.InvalidParameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Parses platform names, and says which platforms run where another is wanted: {@code arm64} runs
 * 32-bit ARM, {@code arm/v7} runs v6 and v5, {@code amd64} runs 386. Follows containerd/platforms.
 */
public final class PlatformMatcher {
  private static final Pattern PART =
      Pattern.compile("^([A-Za-z0-9_-]+)(?:\\(([A-Za-z0-9_.%-]*)((?:\\+[A-Za-z0-9_.%-]+)*)\\))?$");
  private static final Set<String> SYSTEMS =
      Set.of("linux", "windows", "darwin", "freebsd", "netbsd", "openbsd", "solaris", "plan9");
  private static final Set<String> ARCHITECTURES =
      Set.of(
          "386",
          "amd64",
          "arm",
          "arm64",
          "loong64",
          "mips",
          "mipsle",
          "mips64",
          "mips64le",
          "ppc",
          "ppc64",
          "ppc64le",
          "riscv64",
          "s390x",
          "wasm");

  private final List<Platform> accepted = new ArrayList<>();

  public PlatformMatcher(Platform wanted) {
    Platform base = normalise(wanted);
    accepted.add(base);
    String os = base.os();
    switch (base.architecture()) {
      case "amd64" -> {
        for (int level = level(base.variant(), 1) - 1; level >= 1; level--) {
          accepted.add(new Platform("amd64", os, null, level == 1 ? null : "v" + level));
        }
        accepted.add(new Platform("386", os, null, null));
      }
      case "arm64" -> {
        accepted.add(new Platform("arm64", os, null, null));
        addArm(os, 8);
      }
      case "arm" -> addArm(os, level(base.variant(), 7) - 1);
      default -> {}
    }
  }

  private void addArm(String os, int from) {
    for (int level = from; level >= 5; level--) {
      accepted.add(new Platform("arm", os, null, "v" + level));
    }
  }

  private static int level(@Nullable String variant, int otherwise) {
    if (variant == null || !variant.matches("v[0-9]")) {
      return otherwise;
    }
    return variant.charAt(1) - '0';
  }

  /** 0 is best, a larger number is worse, -1 does not run. */
  public int rank(Platform offered) {
    Platform norm = normalise(offered);
    for (int i = 0; i < accepted.size(); i++) {
      Platform candidate = accepted.get(i);
      if (candidate.os().equals(norm.os())
          && candidate.architecture().equals(norm.architecture())
          && text(candidate.variant()).equals(text(norm.variant()))
          && versionFits(candidate.osVersion(), norm.osVersion())) {
        return i;
      }
    }
    return -1;
  }

  private static boolean versionFits(@Nullable String wanted, @Nullable String offered) {
    return text(wanted).isEmpty()
        || text(offered).isEmpty()
        || text(offered).equals(wanted)
        || text(offered).startsWith(wanted + ".");
  }

  private static String text(@Nullable String value) {
    return value == null ? "" : value;
  }

  /**
   * Parses {@code os[(version)]/architecture[/variant]}, or one of the two alone.
   *
   * @throws InvalidParameter in containerd's words
   */
  public static Platform parse(String text) {
    String[] parts = text.split("/", -1);
    if (parts.length > 3) {
      throw new InvalidParameter(
          "\"" + text + "\": cannot parse platform specifier: invalid argument");
    }
    for (int i = 0; i < parts.length; i++) {
      boolean first = i == 0;
      if (first ? !PART.matcher(parts[i]).matches() : !parts[i].matches("[A-Za-z0-9_-]+")) {
        throw new InvalidParameter(
            "\""
                + parts[i]
                + "\" is an invalid "
                + (first ? "OS " : "")
                + "component of \""
                + text
                + "\": "
                + (first ? "OSAndVersion specifier" : "platform specifier")
                + " component must match \""
                + (first ? PART.pattern() : "^[A-Za-z0-9_-]+$")
                + "\": invalid argument");
      }
    }
    int bracket = parts[0].indexOf('(');
    String os = bracket < 0 ? parts[0] : parts[0].substring(0, bracket);
    String version = bracket < 0 ? null : parts[0].substring(bracket + 1, parts[0].length() - 1);
    if (parts.length == 1) {
      String word = normaliseOs(os);
      if (SYSTEMS.contains(word)) {
        Platform host = Platform.host();
        return normalise(new Platform(host.architecture(), word, version, host.variant()));
      }
      Platform guess = normalise(new Platform(os, "linux", null, null));
      if (ARCHITECTURES.contains(guess.architecture())) {
        return guess;
      }
      throw new InvalidParameter(
          "\"" + text + "\": unknown operating system or architecture: invalid argument");
    }
    return normalise(new Platform(parts[1], os, version, parts.length == 3 ? parts[2] : null));
  }

  /** The platform with Go's names for systems and processors, and without default variants. */
  public static Platform normalise(Platform platform) {
    String arch = platform.architecture().toLowerCase(Locale.ROOT);
    String variant = text(platform.variant()).toLowerCase(Locale.ROOT);
    switch (arch) {
      case "i386" -> {
        arch = "386";
        variant = "";
      }
      case "x86_64", "x86-64", "amd64" -> {
        arch = "amd64";
        variant = variant.equals("v1") ? "" : variant;
      }
      case "aarch64", "arm64" -> {
        arch = "arm64";
        variant = variant.equals("8") || variant.equals("v8") ? "" : variant;
      }
      case "armhf" -> {
        arch = "arm";
        variant = "v7";
      }
      case "armel" -> {
        arch = "arm";
        variant = "v6";
      }
      case "arm" ->
          variant =
              variant.isEmpty() || variant.equals("7")
                  ? "v7"
                  : variant.matches("[568]") ? "v" + variant : variant;
      default -> {}
    }
    return new Platform(
        arch, normaliseOs(platform.os()), platform.osVersion(), variant.isEmpty() ? null : variant);
  }

  private static String normaliseOs(String os) {
    String lower = os.toLowerCase(Locale.ROOT);
    return lower.equals("macos") ? "darwin" : lower.isEmpty() ? "linux" : lower;
  }

  /** {@code linux/arm/v7}. */
  public static String format(Platform platform) {
    String variant = text(platform.variant());
    return platform.os() + "/" + platform.architecture() + (variant.isEmpty() ? "" : "/" + variant);
  }
}
