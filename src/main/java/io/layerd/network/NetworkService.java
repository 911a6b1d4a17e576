package io.layerd.network;

import io.layerd.error.InvalidParameter;
import io.layerd.error.NotFound;
import io.layerd.spec.EndpointSettings;
import io.layerd.spec.PortBinding;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Networks and the places of containers on them. The built-in networks are {@code bridge} (docker0,
 * 172.17.0.0/16 unless taken), {@code host} and {@code none}. All methods block; calls to netavark
 * are serialised inside.
 */
public interface NetworkService extends AutoCloseable {
  List<Network> list();

  /**
   * By name, id or unique id prefix.
   *
   * @throws NotFound {@code network NAME not found}
   */
  Network get(String nameOrId);

  /**
   * Makes a network, on disk and, for a bridge, on the host.
   *
   * @throws io.layerd.error.Conflict {@code network with name NAME already exists}
   * @throws io.layerd.error.Forbidden for what dockerd does not permit: predefined names,
   *     overlapping subnets
   * @throws InvalidParameter for subnets and options that make no sense
   */
  Network create(NewNetwork request);

  /**
   * Removes a network that no running container is on.
   *
   * @throws NotFound {@code network NAME not found}
   * @throws io.layerd.error.Forbidden for a predefined network, and one in use
   */
  Network remove(String nameOrId);

  /**
   * What a container would ask for on a network, with the names it would be found by there.
   *
   * @throws NotFound if there is no such network
   * @throws InvalidParameter for settings the network does not give
   */
  EndpointSettings plan(JoinRequest request, String network);

  /**
   * Puts a running container on one more network.
   *
   * @param network name or id
   * @throws NotFound if there is no such network
   * @throws io.layerd.error.Forbidden if it is on it already
   */
  Attachment join(JoinRequest request, String network);

  /** Takes a running container off one network; absent is success. */
  Attachment leave(String containerId, String network);

  /** A running container has a new name. */
  void rename(String containerId, String name);

  /**
   * Lets a running container reach ports of others on the default bridge, whatever its {@code icc}
   * says; in place of what was said before.
   *
   * @param ports container id to {@code 80/tcp}
   */
  void link(String containerId, Map<String, Set<String>> ports);

  /** Puts rules back that a reload of the host's firewall took away. */
  void reload();

  /** What {@code host-gateway} stands for in extra hosts: the default bridge's address. */
  String hostGateway();

  /**
   * What dockerd checks when a container is created; an unknown network is only found at start.
   *
   * @throws InvalidParameter for addresses asked for on a network that takes none
   */
  void validate(Map<String, EndpointSettings> networks);

  /**
   * Makes the network namespace of a container and puts it on its networks, with its published
   * ports. All or nothing: on failure no namespace, address, port or rule is left.
   *
   * @throws io.layerd.error.SystemFailure {@code driver failed programming external connectivity on
   *     endpoint ...: Bind for 0.0.0.0:80 failed: port is already allocated}
   * @throws InvalidParameter for a port map that makes no sense
   */
  default Attachment connect(ConnectRequest request) {
    Attachment attachment = begin(request);
    complete(request.containerId());
    return attachment;
  }

  /**
   * Begins to put a container on its networks: when this returns the namespace is there, addresses
   * and ports are given, and the interfaces are on their way. Nothing else may be asked for the
   * container before {@link #complete} but {@link #disconnect} and {@link #link}. On failure
   * nothing is left.
   *
   * @throws io.layerd.error.SystemFailure as {@link #connect}
   * @throws InvalidParameter as {@link #connect}
   */
  Attachment begin(ConnectRequest request);

  /**
   * Waits for what {@link #begin} began. On failure nothing of it is left; does nothing if there is
   * nothing to wait for.
   *
   * @throws io.layerd.error.EngineException why an interface cannot be made
   */
  void complete(String containerId);

  /**
   * Takes back all of it: rules, addresses, ports, namespace. Absent is success; safe to repeat
   * after a crash.
   */
  void disconnect(String containerId);

  /**
   * The attachment of a container, kept on disk under exec-root, so that it is known after a
   * restart; null if it has none.
   */
  @Nullable Attachment find(String containerId);

  /**
   * Once at start: gives back what belongs to containers that do not run any more. Bridges and
   * packet rules follow in a thread of their own, which everything that needs them waits for.
   */
  void recover(Set<String> runningContainers);

  /**
   * Lets go of ports held for running containers, and takes down what no container uses. The
   * networks of running containers stay.
   */
  @Override
  void close();

  /**
   * @param networks network name to what was asked for there
   * @param exposed {@code 80/tcp} from image and container
   * @param bindings published ports, as in HostConfig.PortBindings
   * @param publishAll publish every exposed port on a free port
   * @param remapped whether its ids are not the host's: the namespace belongs to a user namespace
   * @param joined path of that user namespace where it is another container's; null makes one
   * @param hostname name for the network's own records
   * @param dns name servers asked for; empty for the host's own
   */
  record ConnectRequest(
      String containerId,
      String containerName,
      String hostname,
      List<String> dns,
      Map<String, EndpointSettings> networks,
      Set<String> exposed,
      Map<String, List<PortBinding>> bindings,
      boolean publishAll,
      boolean remapped,
      @Nullable Path joined) {}

  /** A running container that is to be on one more network, with what is asked for there. */
  record JoinRequest(
      String containerId, String containerName, String hostname, EndpointSettings settings) {}

  /**
   * @param driver {@code bridge}, {@code macvlan} or {@code ipvlan}
   * @param scope empty or {@code local}
   * @param configFrom name of a configuration network, or empty
   * @param pools subnets asked for; a family without one gets one of the default pools
   */
  record NewNetwork(
      String name,
      String driver,
      String scope,
      boolean enableIpv4,
      boolean enableIpv6,
      boolean internal,
      boolean attachable,
      boolean ingress,
      boolean configOnly,
      String configFrom,
      String ipamDriver,
      @Nullable Map<String, String> ipamOptions,
      List<PoolRequest> pools,
      Map<String, String> options,
      Map<String, String> labels) {}

  /** A subnet asked for; empty for what is not. */
  record PoolRequest(
      String subnet, String ipRange, String gateway, Map<String, String> auxiliary) {}

  /**
   * @param namespace path of the namespace, {@code <exec-root>/netns/<12 digits of the sandbox>};
   *     {@code <exec-root>/netns/default} is the host's
   * @param userNamespace path of the user namespace it belongs to; null for the host's
   * @param sandboxId 64 hexadecimal digits
   * @param endpoints network name to address, gateway, MAC address and ids as they came out
   * @param ports {@code 80/tcp} to the host addresses and ports it is reached at; exposed but
   *     unpublished ports map to an empty list
   * @param resolver whether layerd answers its name queries, at 127.0.0.11
   */
  record Attachment(
      Path namespace,
      @Nullable Path userNamespace,
      String sandboxId,
      boolean resolver,
      Map<String, EndpointSettings> endpoints,
      Map<String, List<PortBinding>> ports) {}

  /**
   * @param configFrom name of the configuration network it was made from, or empty
   * @param ipamOptions as given; null if none were
   * @param containers container id to its endpoint, running ones only
   */
  record Network(
      String id,
      String name,
      String driver,
      String scope,
      java.time.Instant created,
      boolean enableIpv4,
      boolean enableIpv6,
      boolean internal,
      boolean attachable,
      boolean configOnly,
      String configFrom,
      String ipamDriver,
      @Nullable Map<String, String> ipamOptions,
      List<Subnet> subnets,
      Map<String, String> options,
      Map<String, String> labels,
      Map<String, Endpoint> containers) {}

  /**
   * @param gateway null where dockerd does not tell it
   */
  record Subnet(
      String subnet,
      @Nullable String ipRange,
      @Nullable String gateway,
      Map<String, String> auxiliary) {}

  record Endpoint(
      String name,
      String endpointId,
      String macAddress,
      String ipv4WithPrefix,
      String ipv6WithPrefix) {}
}
