package io.layerd.network;

import io.layerd.network.AttachmentState.EndpointState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Kernel settings of one interface of a container: the endpoint option {@code
 * com.docker.network.endpoint.sysctls}, {@code net.ipv4.conf.IFNAME.log_martians=1,...}.
 */
final class EndpointSysctls {
  private static final String OPTION = "com.docker.network.endpoint.sysctls";
  private static final Pattern SETTING =
      Pattern.compile("net\\.(ipv4|ipv6|mpls)\\.(conf|neigh)\\.IFNAME\\.([a-z0-9_]+)=(.*)");

  private EndpointSysctls() {}

  private static List<String> asked(@Nullable Map<String, String> options) {
    String text = options == null ? "" : options.getOrDefault(OPTION, "");
    return text.isEmpty() ? List.of() : List.of(text.split(",", -1));
  }

  /**
   * @param wrong what is no setting of an interface is added
   */
  static void check(@Nullable Map<String, String> options, List<String> wrong) {
    for (String one : asked(options)) {
      if (!SETTING.matcher(one).matches()) {
        wrong.add(
            "unrecognised network interface sysctl '"
                + one
                + "'; represent 'net.X.Y.ethN.Z=V' as 'net.X.Y.IFNAME.Z=V', 'X' must be 'ipv4',"
                + " 'ipv6' or 'mpls'");
      }
    }
  }

  static boolean any(EndpointState endpoint) {
    return !asked(endpoint.asked().driverOpts()).isEmpty();
  }

  /** Call inside the container's namespace. */
  static void apply(EndpointState endpoint) throws IOException {
    for (String one : asked(endpoint.asked().driverOpts())) {
      Matcher setting = SETTING.matcher(one);
      if (setting.matches()) {
        Path file =
            Path.of(
                "/proc/sys/net",
                setting.group(1),
                setting.group(2),
                endpoint.interfaceName(),
                setting.group(3));
        if (!Files.exists(file)) {
          throw new IOException("there is no setting " + file);
        }
        Files.writeString(file, setting.group(4));
      }
    }
  }
}
