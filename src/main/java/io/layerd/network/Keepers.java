package io.layerd.network;

import io.layerd.error.EngineException;
import io.layerd.network.AttachmentState.EndpointState;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/**
 * Keeps an idle bridge for a moment. Making and deleting a bridge with its rules takes the kernel
 * some 200 ms, and containers often come one after the other. So the last container leaves a keeper
 * behind: a namespace with nobody in it, at the top of the subnet, that goes when the network has
 * been idle for a while.
 */
final class Keepers {
  private static final Logger LOG = Logger.getLogger(Keepers.class);

  private final Duration linger;
  private final AddressPools addresses;
  private final NetNamespaces namespaces;
  private final AttachmentStore store;
  private final Wiring wiring;
  private final Map<String, Long> idleSince = new ConcurrentHashMap<>();

  Keepers(
      Duration linger,
      AddressPools addresses,
      NetNamespaces namespaces,
      AttachmentStore store,
      Wiring wiring) {
    this.linger = linger;
    this.addresses = addresses;
    this.namespaces = namespaces;
    this.store = store;
    this.wiring = wiring;
  }

  static String id(NetworkRecord network) {
    return "keeper-" + network.id().substring(0, 12);
  }

  /** Called by the last container on its way out; without a keeper the bridge simply goes now. */
  void add(NetworkRecord network) {
    if (linger.isZero()) {
      return;
    }
    String sandbox = RandomId.hex64();
    String address = addresses.nextFromTop(network);
    List<EndpointState> endpoints =
        List.of(Endpoints.on(network, RandomId.hex64(), "eth0", address, RandomId.mac()));
    AttachmentState state =
        new AttachmentState(
            id(network),
            id(network),
            sandbox,
            namespaces.path(sandbox.substring(0, 12)).toString(),
            false,
            endpoints,
            List.of(),
            List.of(),
            NetavarkRequest.of(id(network), id(network), endpoints, List.of(), key -> network),
            true,
            AttachmentStore.bootId());
    try {
      store.put(state);
      namespaces.create(sandbox.substring(0, 12));
      wiring.plug(state);
    } catch (EngineException e) {
      LOG.debugf("no keeper for %s: %s", network.name(), e.getMessage());
      remove(state);
    }
  }

  /** Starts, or starts again, the time after which an idle network goes. */
  void idle(String networkId) {
    AttachmentState keeper =
        store.all().stream()
            .filter(AttachmentState::keeper)
            .filter(state -> state.endpoints().getFirst().networkId().equals(networkId))
            .findFirst()
            .orElse(null);
    if (keeper == null) {
      return;
    }
    long now = System.nanoTime();
    idleSince.put(networkId, now);
    Thread.ofVirtual()
        .name("idle " + networkId.substring(0, 12))
        .start(() -> removeLater(keeper, networkId, now));
  }

  private void removeLater(AttachmentState keeper, String networkId, Long since) {
    try {
      Thread.sleep(linger);
      FirewallLock.locked(
          () -> {
            if (since.equals(idleSince.get(networkId)) && wiring.isAlone(keeper)) {
              remove(keeper);
            }
            return keeper;
          });
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (EngineException e) {
      LOG.warnf("idle bridge stays: %s", e.getMessage());
    }
  }

  /** All of them, at once. */
  void close() {
    store.all().stream().filter(AttachmentState::keeper).forEach(this::remove);
  }

  /** Absent is success. */
  void remove(AttachmentState keeper) {
    FirewallLock.locked(
        () -> {
          AttachmentState now = store.find(keeper.containerId());
          if (now != null && now.sandboxId().equals(keeper.sandboxId())) {
            wiring.unplug(keeper, network -> {});
            namespaces.remove(keeper.namespacePath());
            store.remove(keeper.containerId());
            Endpoints.release(keeper.endpoints(), addresses);
          }
          return keeper;
        });
  }
}
