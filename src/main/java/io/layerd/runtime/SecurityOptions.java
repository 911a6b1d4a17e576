package io.layerd.runtime;

import io.layerd.error.SystemFailure;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code --security-opt}, parsed; SELinux labels are the container room's to make.
 *
 * @param noNewPrivileges null for the daemon's default
 * @param seccomp a profile's JSON, {@code unconfined}, {@code builtin}, or null for the daemon's
 *     default
 * @param appArmor a profile's name; null or empty for the usual one
 * @param writableCgroups whether /sys/fs/cgroup may be written
 */
record SecurityOptions(
    @Nullable Boolean noNewPrivileges,
    @Nullable String seccomp,
    @Nullable String appArmor,
    boolean writableCgroups) {
  static final String UNCONFINED = "unconfined";
  static final String BUILTIN = "builtin";

  /**
   * @throws SystemFailure {@code invalid --security-opt 1: "x"} without a value, {@code 2} for an
   *     unknown name or value
   */
  static SecurityOptions parse(@Nullable List<String> options) {
    Boolean noNewPrivileges = null;
    boolean writableCgroups = false;
    String seccomp = null;
    String appArmor = null;
    for (String option : options == null ? List.<String>of() : options) {
      if (option.equals("no-new-privileges")) {
        noNewPrivileges = true;
        continue;
      }
      if (option.equals("disable")) {
        continue;
      }
      int separator = option.indexOf('=');
      separator = separator < 0 ? option.indexOf(':') : separator;
      if (separator < 0) {
        throw new SystemFailure("invalid --security-opt 1: \"" + option + "\"");
      }
      String value = option.substring(separator + 1);
      switch (option.substring(0, separator)) {
        case "label" -> {}
        case "apparmor" -> appArmor = value;
        case "seccomp" -> seccomp = value;
        case "no-new-privileges" -> noNewPrivileges = flag(value, option);
        case "writable-cgroups" -> writableCgroups = flag(value, option);
        default -> throw new SystemFailure("invalid --security-opt 2: \"" + option + "\"");
      }
    }
    return new SecurityOptions(noNewPrivileges, seccomp, appArmor, writableCgroups);
  }

  // What Go's strconv.ParseBool takes.
  private static boolean flag(String value, String option) {
    return switch (value) {
      case "1", "t", "T", "true", "TRUE", "True" -> true;
      case "0", "f", "F", "false", "FALSE", "False" -> false;
      default -> throw new SystemFailure("invalid --security-opt 2: \"" + option + "\"");
    };
  }
}
