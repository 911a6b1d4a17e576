package io.layerd.network;

import io.layerd.error.SystemFailure;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jboss.logging.Logger;

/**
 * Brings the host's packet rules to what the networks need: each change is one transaction of
 * iptables-restore, which replaces all of layerd's chains and puts back jumps that are missing. So
 * rules that a reload of the host's firewall took away come back with the next change, or when
 * asked.
 */
final class Firewall {
  private static final Logger LOG = Logger.getLogger(Firewall.class);

  /**
   * dockerd's chain for the user's own rules: goes before everything else, and is never touched.
   */
  private static final String USER = "DOCKER-USER";

  private final NetworkTable table;
  private final AttachmentStore store;
  private final String tag;
  private final boolean on;
  private String last4 = "";
  private String last6 = "";

  /**
   * @param execRoot makes the chains' names differ from another daemon's
   * @param on whether packet rules are touched at all
   */
  Firewall(NetworkTable table, AttachmentStore store, Path execRoot, boolean on) {
    this.on = on;
    this.table = table;
    this.store = store;
    this.tag = "%08X".formatted(execRoot.toAbsolutePath().toString().hashCode());
  }

  private Ruleset ruleset(boolean ipv6) {
    return new Ruleset(tag, ipv6, table.all(), Wiring::exists, store.all());
  }

  /** Applies what has changed since the last call. */
  void update() {
    if (!on) {
      return;
    }
    FirewallLock.locked(
        () -> {
          last4 = apply(ruleset(false), last4, false);
          last6 = apply(ruleset(true), last6, true);
          return tag;
        });
  }

  /** Applies everything, whatever may still be there. */
  void restore() {
    if (!on) {
      return;
    }
    FirewallLock.locked(
        () -> {
          last4 = "";
          last6 = "";
          update();
          return tag;
        });
  }

  private static String apply(Ruleset rules, String last, boolean ipv6) {
    if (rules.isEmpty()) {
      if (!last.isEmpty()) {
        remove(rules, ipv6);
      }
      return "";
    }
    String wanted = rules.rules().toString();
    if (!wanted.equals(last)) {
      restore(render(rules, Saved.read(ipv6)), ipv6);
    }
    return wanted;
  }

  private static String render(Ruleset rules, Saved saved) {
    StringBuilder text = new StringBuilder();
    Map<String, List<String>> chains = rules.chains();
    Map<String, List<String>> jumps = rules.jumps();
    rules
        .rules()
        .forEach(
            (table, lines) -> {
              text.append('*').append(table).append('\n');
              boolean user = table.equals("filter");
              if (user && !saved.chains(table).contains(USER)) {
                text.append(":" + USER + " - [0:0]\n");
              }
              chains
                  .getOrDefault(table, List.of())
                  .forEach(chain -> text.append(':').append(chain).append(" - [0:0]\n"));
              lines.forEach(line -> text.append("-A ").append(line).append('\n'));
              for (String jump : jumps.getOrDefault(table, List.of())) {
                if (!saved.has(table, jump)) {
                  text.append("-I ").append(jump).append('\n');
                }
              }
              if (user && !saved.has(table, "FORWARD -j " + USER)) {
                text.append("-I FORWARD -j " + USER + "\n");
              }
              text.append("COMMIT\n");
            });
    return text.toString();
  }

  /** Takes every rule and chain of ours away. */
  void close() {
    if (!on) {
      return;
    }
    FirewallLock.locked(
        () -> {
          remove(ruleset(false), false);
          remove(ruleset(true), true);
          last4 = "";
          last6 = "";
          return tag;
        });
  }

  private static void remove(Ruleset rules, boolean ipv6) {
    Saved saved = Saved.read(ipv6);
    StringBuilder text = new StringBuilder();
    Map<String, List<String>> jumps = rules.jumps();
    rules
        .chains()
        .forEach(
            (table, chains) -> {
              List<String> there = chains.stream().filter(saved.chains(table)::contains).toList();
              if (there.isEmpty()) {
                return;
              }
              text.append('*').append(table).append('\n');
              for (String jump : jumps.getOrDefault(table, List.of())) {
                if (saved.has(table, jump)) {
                  text.append("-D ").append(jump).append('\n');
                }
              }
              there.forEach(chain -> text.append("-F ").append(chain).append('\n'));
              there.forEach(chain -> text.append("-X ").append(chain).append('\n'));
              if (table.equals("filter") && saved.isUserChainOursAlone(there)) {
                text.append("-D FORWARD -j " + USER + "\n-X " + USER + "\n");
              }
              text.append("COMMIT\n");
            });
    if (!text.isEmpty()) {
      restore(text.toString(), ipv6);
    }
  }

  private static void restore(String text, boolean ipv6) {
    String program = ipv6 ? "ip6tables-restore" : "iptables-restore";
    try {
      HostCommand.Result result =
          HostCommand.run(
              List.of(HostPrograms.get(null, program).toString(), "--noflush", "--wait"), text);
      if (result.exitCode() != 0) {
        LOG.debugf("%s was given:\n%s", program, text);
        throw new SystemFailure(program + " failed: " + result.output());
      }
    } catch (IOException e) {
      throw new SystemFailure("cannot run " + program + ": " + e.getMessage(), e);
    }
  }

  /** What iptables-save shows. */
  private record Saved(Map<String, Set<String>> chains, Map<String, Set<String>> rules) {
    static Saved read(boolean ipv6) {
      String program = ipv6 ? "ip6tables-save" : "iptables-save";
      try {
        HostCommand.Result result =
            HostCommand.run(List.of(HostPrograms.get(null, program).toString()), "");
        if (result.exitCode() != 0) {
          throw new SystemFailure(program + " failed: " + result.output());
        }
        Saved saved = new Saved(new LinkedHashMap<>(), new LinkedHashMap<>());
        String table = "";
        for (String line : new ArrayList<>(result.output().lines().toList())) {
          if (line.startsWith("*")) {
            table = line.substring(1).strip();
          } else if (line.startsWith(":")) {
            saved
                .chains
                .computeIfAbsent(table, _ -> new HashSet<>())
                .add(line.substring(1).split(" ", 2)[0]);
          } else if (line.startsWith("-A ")) {
            saved.rules.computeIfAbsent(table, _ -> new HashSet<>()).add(line.substring(3).strip());
          }
        }
        return saved;
      } catch (IOException e) {
        throw new SystemFailure("cannot run " + program + ": " + e.getMessage(), e);
      }
    }

    Set<String> chains(String table) {
      return chains.getOrDefault(table, Set.of());
    }

    boolean has(String table, String rule) {
      return rules.getOrDefault(table, Set.of()).contains(rule);
    }

    /** Nobody has put rules in it, and no other engine uses it. */
    boolean isUserChainOursAlone(List<String> ours) {
      Set<String> all = new HashSet<>(chains("filter"));
      ours.forEach(all::remove);
      boolean others =
          all.stream().anyMatch(name -> name.startsWith("LAYERD-") || name.equals("DOCKER"));
      boolean jump = has("filter", "FORWARD -j " + USER);
      long uses =
          rules.getOrDefault("filter", Set.of()).stream()
              .filter(rule -> rule.startsWith(USER + " ") || rule.endsWith("-j " + USER))
              .count();
      return all.contains(USER) && !others && jump && uses == 1;
    }
  }
}
