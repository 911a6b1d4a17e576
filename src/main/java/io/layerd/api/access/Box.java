package io.layerd.api.access;

import io.layerd.authorization.HostReach;
import io.layerd.container.ContainerSnapshot;
import io.layerd.engine.Engine;
import io.layerd.error.Forbidden;
import io.layerd.error.NotFound;
import io.layerd.network.NetworkService.Network;
import io.layerd.spec.HostConfig;
import io.layerd.spec.MountRequest;
import io.layerd.volume.Volume;
import io.smallrye.mutiny.Uni;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whether a container stays in its box, with all that it shares with others: volumes that are no
 * host directories, networks that are not the host's, containers that stay in theirs.
 */
final class Box {
  private static final String CONTAINER = "container:";
  private static final int DEEPEST = 4;

  /** Named so, these are always bridge networks or none. */
  private static final Set<String> BUILT_IN = Set.of("", "default", "bridge", "none");

  private final Engine engine;

  Box(Engine engine) {
    this.engine = engine;
  }

  /** Fails with {@link Forbidden} if a container with this would reach the host. */
  Uni<Void> check(@Nullable HostConfig host, Collection<String> networks) {
    if (host != null) {
      String reach = HostReach.of(host);
      if (reach != null) {
        return refuse(reach);
      }
    }
    List<Uni<Void>> checks = new ArrayList<>();
    networks.forEach(network -> checks.add(network(network)));
    if (host != null) {
      shared(host, 0, checks);
    }
    return all(checks);
  }

  /** The same for a container that is there. */
  Uni<Void> check(ContainerSnapshot container) {
    return check(container, 0);
  }

  private Uni<Void> check(ContainerSnapshot container, int depth) {
    String reach = HostReach.ofStored(container.host());
    if (reach != null) {
      return refuse("container " + container.name() + " has " + reach);
    }
    List<Uni<Void>> checks = new ArrayList<>();
    container.network().networks().keySet().forEach(network -> checks.add(network(network)));
    container.mounts().stream()
        .filter(mount -> mount.type().equals("volume"))
        .forEach(mount -> checks.add(volume(mount.name())));
    shared(container.host(), depth, checks);
    return all(checks);
  }

  private void shared(HostConfig host, int depth, List<Uni<Void>> checks) {
    if (!host.networkMode().startsWith(CONTAINER)) {
      checks.add(network(host.networkMode()));
    }
    for (String mode : new String[] {host.networkMode(), host.ipcMode(), host.pidMode()}) {
      if (mode.startsWith(CONTAINER)) {
        checks.add(container(mode.substring(CONTAINER.length()), depth));
      }
    }
    List<String> from = host.volumesFrom() == null ? List.of() : host.volumesFrom();
    from.forEach(text -> checks.add(container(text.split(":", 2)[0], depth)));
    List<String> binds = host.binds() == null ? List.of() : host.binds();
    binds.stream()
        .filter(bind -> bind.indexOf(':') > 0)
        .forEach(bind -> checks.add(volume(bind.substring(0, bind.indexOf(':')))));
    List<MountRequest> mounts = host.mounts() == null ? List.of() : host.mounts();
    mounts.stream()
        .filter(mount -> mount.type().equals("volume") && !mount.source().isEmpty())
        .forEach(mount -> checks.add(volume(mount.source())));
  }

  private Uni<Void> container(String ref, int depth) {
    if (depth == DEEPEST) {
      return refuse("containers that share with each other, too deep to follow");
    }
    return engine.containers().inspect(ref, false).chain(found -> check(found, depth + 1));
  }

  /** One that is not there will be made, of nothing but a directory. */
  private Uni<Void> volume(String name) {
    return engine
        .volumes()
        .inspect(name)
        .chain(volume -> plain(volume))
        .onFailure(NotFound.class)
        .recoverWithNull();
  }

  private static Uni<Void> plain(Volume volume) {
    return volume.options().isEmpty()
        ? Uni.createFrom().voidItem()
        : refuse("volume " + volume.name() + ", which has driver options");
  }

  /** Fails for the host's, by whatever name or id. */
  Uni<Void> network(String ref) {
    return BUILT_IN.contains(ref)
        ? Uni.createFrom().voidItem()
        : engine.networks().inspect(ref).chain(Box::own);
  }

  private static Uni<Void> own(Network network) {
    return network.driver().equals("host")
        ? refuse("the host's network")
        : Uni.createFrom().voidItem();
  }

  private static Uni<Void> refuse(String what) {
    return Uni.createFrom().failure(new Forbidden("host access is not allowed: " + what));
  }

  private static Uni<Void> all(List<Uni<Void>> checks) {
    Uni<Void> chain = Uni.createFrom().voidItem();
    for (Uni<Void> check : checks) {
      chain = chain.chain(() -> check);
    }
    return chain;
  }
}
