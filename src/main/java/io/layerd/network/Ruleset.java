package io.layerd.network;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * All packet rules of one daemon for one family, as chains of its own: what goes between networks,
 * in and out of them, and to published ports. Rendered whole from networks and attachments, so that
 * nothing has to be remembered to take a rule back.
 */
final class Ruleset {
  private static final String ESTABLISHED = " -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT";
  private static final String DNAT = " -m conntrack --ctstate DNAT";

  /** A published port and the container it leads to. */
  private record Target(NetworkRecord network, PublishedPort port, String address) {}

  private final String tag;
  private final boolean ipv6;
  private final List<NetworkRecord> networks;
  private final Collection<AttachmentState> attachments;
  private final List<Target> targets = new ArrayList<>();

  /**
   * @param tag makes chain names this daemon's own
   * @param exists whether a network's bridge is there
   */
  Ruleset(
      String tag,
      boolean ipv6,
      List<NetworkRecord> all,
      Predicate<NetworkRecord> exists,
      Collection<AttachmentState> attachments) {
    this.tag = tag;
    this.ipv6 = ipv6;
    this.networks =
        all.stream()
            .filter(network -> network.isBridge() && network.pool(ipv6) != null)
            .filter(exists)
            .toList();
    this.attachments = attachments;
    attachments.stream()
        .sorted(Comparator.comparing(AttachmentState::containerId))
        .forEach(this::collect);
  }

  private void collect(AttachmentState state) {
    AttachmentState.EndpointState exit = state.exit(ipv6);
    NetworkRecord network =
        exit == null
            ? null
            : networks.stream()
                .filter(one -> one.id().equals(exit.networkId()))
                .findFirst()
                .orElse(null);
    if (exit == null || network == null) {
      return;
    }
    for (PublishedPort port : state.ports()) {
      if (port.hostIp().isEmpty() || port.isIpv6() == ipv6) {
        targets.add(new Target(network, port, exit.address(ipv6)));
      }
    }
  }

  boolean isEmpty() {
    return networks.isEmpty();
  }

  String forward() {
    return "LAYERD-" + tag + "-FWD";
  }

  private String isolation() {
    return "LAYERD-" + tag + "-ISO";
  }

  String dnat() {
    return "LAYERD-" + tag + "-DNAT";
  }

  String masquerade() {
    return "LAYERD-" + tag + "-MASQ";
  }

  String raw() {
    return "LAYERD-" + tag + "-RAW";
  }

  /** Table to the jumps that lead into our chains, in the order they are inserted at the top. */
  Map<String, List<String>> jumps() {
    String local = "-m addrtype --dst-type LOCAL -j " + dnat();
    Map<String, List<String>> jumps = new LinkedHashMap<>();
    jumps.put("filter", List.of("FORWARD -j " + forward()));
    jumps.put(
        "nat",
        List.of(
            "PREROUTING " + local,
            // a socket answers on the IPv6 loopback, which cannot be routed
            "OUTPUT " + (ipv6 ? "! -d ::1/128 " : "") + local,
            "POSTROUTING -j " + masquerade()));
    jumps.put("raw", List.of("PREROUTING -j " + raw()));
    return jumps;
  }

  /** Table to its chains, which are flushed before the rules are added. */
  Map<String, List<String>> chains() {
    Map<String, List<String>> chains = new LinkedHashMap<>();
    chains.put("filter", List.of(forward(), isolation()));
    chains.put("nat", List.of(dnat(), masquerade()));
    chains.put("raw", List.of(raw()));
    return chains;
  }

  /** Table to its rules, without {@code -A}. */
  Map<String, List<String>> rules() {
    Map<String, List<String>> rules = new LinkedHashMap<>();
    rules.put("filter", filter());
    rules.put("nat", nat());
    rules.put("raw", rawRules());
    return rules;
  }

  private List<String> filter() {
    List<String> rules = new ArrayList<>();
    String chain = forward() + " ";
    for (NetworkRecord network : networks) {
      String bridge = network.link();
      rules.add(chain + "-o " + bridge + ESTABLISHED);
      if (network.internal()) {
        rules.add(chain + "-i " + bridge + " ! -o " + bridge + " -j DROP");
        rules.add(chain + "! -i " + bridge + " -o " + bridge + " -j DROP");
      }
    }
    for (Target target : targets) {
      boolean routed = mode(target.network()).equals("routed");
      rules.add(
          chain
              + "-d "
              + target.address()
              + (ipv6 ? "/128" : "/32")
              + " -o "
              + target.network().link()
              + port(target.port(), target.port().containerPort())
              + (routed ? "" : DNAT)
              + " -j ACCEPT");
    }
    for (NetworkRecord network : networks) {
      String bridge = network.link();
      rules.add(chain + "-i " + bridge + " ! -o " + bridge + " -j " + isolation());
      rules.add(isolation() + " -o " + bridge + " -j DROP");
    }
    for (NetworkRecord network : networks) {
      String bridge = network.link();
      boolean icc = network.bridgeOptions().icc();
      if (!icc) {
        rules.addAll(links(network));
      }
      rules.add(chain + "-i " + bridge + " -o " + bridge + " -j " + (icc ? "ACCEPT" : "DROP"));
      if (mode(network).equals("routed")) {
        rules.add(chain + "-o " + bridge + (ipv6 ? " -p icmpv6" : " -p icmp") + " -j ACCEPT");
      }
      boolean open = mode(network).equals("nat-unprotected");
      rules.add(chain + "! -i " + bridge + " -o " + bridge + " -j " + (open ? "ACCEPT" : "DROP"));
      rules.add(chain + "-i " + bridge + " ! -o " + bridge + " -j ACCEPT");
    }
    return rules;
  }

  /** Ways between containers that are linked, where containers are kept apart. */
  private List<String> links(NetworkRecord network) {
    Map<String, AttachmentState.EndpointState> ends = new TreeMap<>();
    for (AttachmentState state : attachments) {
      AttachmentState.EndpointState end = state.on(network.id());
      if (end != null && !end.address(ipv6).isEmpty()) {
        ends.put(state.containerId(), end);
      }
    }
    List<String> rules = new ArrayList<>();
    for (AttachmentState state : attachments) {
      AttachmentState.EndpointState from = ends.get(state.containerId());
      for (AttachmentState.LinkedTo link : state.links()) {
        AttachmentState.EndpointState to = ends.get(link.containerId());
        if (from != null && to != null && network.name().equals("bridge")) {
          link.ports().forEach(port -> rules.add(link(network, from, to, port)));
        }
      }
    }
    Collections.sort(rules);
    return rules;
  }

  private String link(
      NetworkRecord network,
      AttachmentState.EndpointState from,
      AttachmentState.EndpointState to,
      String port) {
    String[] words = PortWish.withProtocol(port).split("/", 2);
    String bridge = network.link();
    String length = ipv6 ? "/128" : "/32";
    return forward()
        + (" -s " + from.address(ipv6) + length)
        + (" -d " + to.address(ipv6) + length)
        + (" -i " + bridge + " -o " + bridge)
        + (" -p " + words[1] + " --dport " + words[0])
        + " -j ACCEPT";
  }

  private List<String> nat() {
    List<String> rules = new ArrayList<>();
    for (Target target : targets) {
      if (!mode(target.network()).equals("routed")) {
        rules.add(dnat(target));
      }
    }
    for (NetworkRecord network : networks) {
      String chain = masquerade() + " -s ";
      String bridge = network.link();
      String subnet = Objects.requireNonNull(network.pool(ipv6)).subnet();
      if (network.internal() || mode(network).equals("routed")) {
        continue;
      }
      // A container that asks for a published port beside it, or its own, must get the answer by
      // the way of the question; so must the host's loopback.
      rules.add(chain + subnet + " -o " + bridge + DNAT + " -j MASQUERADE");
      if (!ipv6) {
        rules.add(chain + "127.0.0.0/8 -o " + bridge + DNAT + " -j MASQUERADE");
      }
      BridgeOptions options = network.bridgeOptions();
      boolean hidden = ipv6 ? options.masquerade6() : options.masquerade4();
      rules.add(chain + subnet + " ! -o " + bridge + " -j " + (hidden ? "MASQUERADE" : "ACCEPT"));
    }
    return rules;
  }

  private String dnat(Target target) {
    String host = target.port().hostIp();
    boolean all = host.isEmpty() || host.equals("0.0.0.0") || host.equals("::");
    String container = ipv6 ? "[" + target.address() + "]" : target.address();
    return dnat()
        + (all ? "" : " -d " + host + (ipv6 ? "/128" : "/32"))
        + port(target.port(), target.port().hostPort())
        + " -j DNAT --to-destination "
        + container
        + ":"
        + target.port().containerPort();
  }

  /** Keeps containers off the host's loopback, which their bridge would lead to otherwise. */
  private List<String> rawRules() {
    if (ipv6) {
      return List.of();
    }
    return networks.stream()
        .map(network -> raw() + " -i " + network.link() + " -d 127.0.0.0/8 -j DROP")
        .toList();
  }

  private static String port(PublishedPort port, int number) {
    return " -p " + port.protocol() + " --dport " + number;
  }

  private String mode(@Nullable NetworkRecord network) {
    BridgeOptions options = Objects.requireNonNull(network).bridgeOptions();
    return ipv6 ? options.gateway6() : options.gateway4();
  }
}
