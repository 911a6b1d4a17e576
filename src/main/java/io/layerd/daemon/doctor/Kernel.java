package io.layerd.daemon.doctor;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The kernel's version. */
final class Kernel implements Check {
  private static final Pattern RELEASE = Pattern.compile("(\\d+)\\.(\\d+)");

  /** openat2(2), by which image layers are unpacked without leaving their directory. */
  private static final int OLDEST_MAJOR = 5;

  private static final int OLDEST_MINOR = 6;

  private final HostFiles host;

  Kernel(HostFiles host) {
    this.host = host;
  }

  @Override
  public List<Finding> look() {
    String release = host.read("/proc/sys/kernel/osrelease");
    String detail = "Linux " + release + " " + System.getProperty("os.arch", "");
    return List.of(
        isNewEnough(release)
            ? Finding.ok("kernel", detail)
            : Finding.failure(
                "kernel",
                detail,
                "boot Linux %d.%d or newer".formatted(OLDEST_MAJOR, OLDEST_MINOR)));
  }

  private static boolean isNewEnough(String release) {
    Matcher matcher = RELEASE.matcher(release);
    if (!matcher.lookingAt()) {
      return false;
    }
    int major = Integer.parseInt(matcher.group(1));
    return major > OLDEST_MAJOR
        || (major == OLDEST_MAJOR && Integer.parseInt(matcher.group(2)) >= OLDEST_MINOR);
  }
}
