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
  Attachment connect(ConnectRequest request);

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

  /** Once at start: gives back what belongs to containers that do not run any more. */
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
   * @param hostname name for the network's own records
   */
  record ConnectRequest(
      String containerId,
      String containerName,
      String hostname,
      Map<String, EndpointSettings> networks,
      Set<String> exposed,
      Map<String, List<PortBinding>> bindings,
      boolean publishAll) {}

  /**
   * @param namespace path of the namespace, {@code <exec-root>/netns/<12 digits of the sandbox>};
   *     {@code <exec-root>/netns/default} is the host's
   * @param sandboxId 64 hexadecimal digits
   * @param endpoints network name to address, gateway, MAC address and ids as they came out
   * @param ports {@code 80/tcp} to the host addresses and ports it is reached at; exposed but
   *     unpublished ports map to an empty list
   */
  record Attachment(
      Path namespace,
      String sandboxId,
      Map<String, EndpointSettings> endpoints,
      Map<String, List<PortBinding>> ports) {}

  /**
   * @param containers container id to its endpoint, running ones only
   */
  record Network(
      String id,
      String name,
      String driver,
      String scope,
      java.time.Instant created,
      boolean internal,
      boolean enableIpv6,
      List<Subnet> subnets,
      Map<String, String> options,
      Map<String, String> labels,
      Map<String, Endpoint> containers) {}

  record Subnet(String subnet, @Nullable String gateway) {}

  record Endpoint(
      String name,
      String endpointId,
      String macAddress,
      String ipv4WithPrefix,
      String ipv6WithPrefix) {}
}
