package io.layerd.api.access;

import io.layerd.api.JsonBody;
import io.layerd.api.model.CreateBody;
import io.layerd.api.model.NetworkBody;
import io.layerd.api.model.VolumeBody;
import io.layerd.error.Forbidden;
import io.layerd.spec.ContainerConfig;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What requests hold, read into the records that they are served with. */
final class Requests {
  /** Of POST /build: what is not here is refused. */
  private static final Set<String> BUILD =
      Set.of(
          ("dockerfile t extrahosts q nocache cachefrom pull rm forcerm memory memswap cpushares"
                  + " cpusetcpus cpusetmems cpuperiod cpuquota buildargs shmsize labels networkmode"
                  + " platform target version ulimits")
              .split(" ", -1));

  private static final Set<String> NETWORK_OPTIONS =
      Set.of(
          "com.docker.network.driver.mtu",
          "com.docker.network.bridge.enable_icc",
          "com.docker.network.bridge.enable_ip_masquerade",
          "com.docker.network.container_iface_prefix");

  private Requests() {}

  static CreateBody create(Ask ask) {
    return JsonBody.read(ask.body(), ask.contentType(), CreateBody.class);
  }

  static ContainerConfig config(Ask ask) {
    return JsonBody.read(ask.body(), ask.contentType(), ContainerConfig.class);
  }

  static Collection<String> networks(CreateBody body) {
    var networking = body.networking();
    return networking == null || networking.endpointsConfig() == null
        ? List.of()
        : networking.endpointsConfig().keySet();
  }

  static VolumeBody volume(Ask ask) {
    return JsonBody.read(ask.body(), ask.contentType(), VolumeBody.class);
  }

  static NetworkBody network(Ask ask) {
    return JsonBody.read(ask.body(), ask.contentType(), NetworkBody.class);
  }

  /** A volume that is a directory of the daemon's, and no more. */
  static void plain(VolumeBody body) {
    boolean local = body.driver() == null || Set.of("", "local").contains(body.driver());
    if (!local || (body.options() != null && !body.options().isEmpty())) {
      throw new Forbidden("host access is not allowed: a volume with driver options");
    }
  }

  /** A bridge of the daemon's own. */
  static void plain(NetworkBody body) {
    Map<String, String> options = body.options() == null ? Map.of() : body.options();
    boolean bridge = body.driver() == null || Set.of("", "bridge").contains(body.driver());
    var ipam = body.ipam();
    boolean usual = ipam == null || Set.of("", "default").contains(text(ipam.driver()));
    if (!bridge
        || !usual
        || body.configFrom() != null
        || body.configOnly()
        || !NETWORK_OPTIONS.containsAll(options.keySet())) {
      throw new Forbidden("host access is not allowed: a network with other drivers or options");
    }
  }

  /** A build whose steps stay in their box. */
  static void boxed(Ask ask) {
    for (String name : ask.params().names()) {
      if (!BUILD.contains(name) && !ask.param(name).isEmpty()) {
        throw new Forbidden("not allowed in a build: " + name);
      }
    }
    if (!Set.of("", "default", "bridge", "none").contains(ask.param("networkmode"))) {
      throw new Forbidden("host access is not allowed: networkmode " + ask.param("networkmode"));
    }
  }

  private static String text(@Nullable String text) {
    return text == null ? "" : text;
  }
}
