package io.layerd.daemon.doctor;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Root, with the capabilities that mounting, networking and starting containers take. */
final class Rights implements Check {
  private static final Pattern UID = Pattern.compile("(?m)^Uid:\\s+\\d+\\s+(\\d+)");
  private static final Pattern EFFECTIVE = Pattern.compile("(?m)^CapEff:\\s+([0-9a-f]+)");

  /** By their bits: capabilities(7). */
  private static final Map<String, Integer> NEEDED = new LinkedHashMap<>();

  static {
    NEEDED.put("CAP_CHOWN", 0);
    NEEDED.put("CAP_DAC_OVERRIDE", 1);
    NEEDED.put("CAP_FOWNER", 3);
    NEEDED.put("CAP_KILL", 5);
    NEEDED.put("CAP_SETGID", 6);
    NEEDED.put("CAP_SETUID", 7);
    NEEDED.put("CAP_NET_ADMIN", 12);
    NEEDED.put("CAP_SYS_CHROOT", 18);
    NEEDED.put("CAP_SYS_ADMIN", 21);
    NEEDED.put("CAP_MKNOD", 27);
  }

  private final HostFiles host;

  Rights(HostFiles host) {
    this.host = host;
  }

  @Override
  public List<Finding> look() {
    String status = host.read("/proc/self/status");
    Matcher uid = UID.matcher(status);
    if (!uid.find() || !uid.group(1).equals("0")) {
      return List.of(Finding.failure("rights", "not root", "run it as root: sudo layerd doctor"));
    }
    Matcher effective = EFFECTIVE.matcher(status);
    long held = effective.find() ? Long.parseUnsignedLong(effective.group(1), 16) : 0;
    List<String> missing = new ArrayList<>();
    NEEDED.forEach(
        (name, bit) -> {
          if ((held >>> bit & 1) == 0) {
            missing.add(name);
          }
        });
    return List.of(
        missing.isEmpty()
            ? Finding.ok("rights", "root with the capabilities needed")
            : Finding.failure(
                "rights",
                "root without " + String.join(", ", missing),
                "in a container, run it privileged"));
  }
}
