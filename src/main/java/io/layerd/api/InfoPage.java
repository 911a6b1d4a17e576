package io.layerd.api;

import io.layerd.api.model.InfoAnswer;
import io.layerd.api.model.InfoAnswer.Commit;
import io.layerd.api.model.InfoAnswer.Firewall;
import io.layerd.api.model.InfoAnswer.Index;
import io.layerd.api.model.InfoAnswer.Plugins;
import io.layerd.api.model.InfoAnswer.RegistryConfig;
import io.layerd.api.model.InfoAnswer.Swarm;
import io.layerd.container.GoTime;
import io.layerd.engine.SystemCommands.SystemInfo;
import io.layerd.runtime.RuntimeInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Puts {@code GET /info} together, for the version a client asked for. */
final class InfoPage {
  private InfoPage() {}

  static InfoAnswer of(SystemInfo info, DaemonFacts facts, ApiVersion version) {
    RuntimeInfo runtime = info.runtime();
    boolean oldFields = !version.atLeast(50);
    boolean expected = !version.atLeast(49);
    boolean v1 = runtime.cgroupVersion().equals("1");
    return new InfoAnswer(
        facts.id(),
        info.containers().all(),
        info.containers().running(),
        info.containers().paused(),
        info.containers().stopped(),
        info.images(),
        info.driver(),
        driverStatus(info),
        new Plugins(
            List.of("local"),
            List.of("bridge", "host", "ipvlan", "macvlan", "null"),
            null,
            List.of("fluentd", "gelf", "journald", "json-file", "local", "syslog")),
        true,
        true,
        version.atLeast(42) ? null : Boolean.valueOf(v1),
        v1 ? Boolean.TRUE : null,
        true,
        true,
        true,
        true,
        true,
        info.ipv4Forwarding(),
        oldFields ? Boolean.FALSE : null,
        oldFields ? Boolean.FALSE : null,
        facts.debug(),
        info.openFiles(),
        v1,
        info.threads(),
        new GoTime(info.time()).toString(),
        facts.logDriver(),
        runtime.cgroupDriver(),
        runtime.cgroupVersion(),
        info.eventListeners(),
        info.kernelVersion(),
        info.operatingSystem(),
        info.osVersion(),
        "linux",
        info.architecture(),
        "https://index.docker.io/v1/",
        registries(facts),
        info.cpus(),
        info.memoryBytes(),
        null,
        facts.dataRoot(),
        proxy(facts, "HTTP_PROXY"),
        proxy(facts, "HTTPS_PROXY"),
        proxy(facts, "NO_PROXY"),
        info.name(),
        facts.labels(),
        facts.experimental(),
        facts.engineVersion(),
        runtimes(runtime),
        runtime.defaultRuntime(),
        Swarm.INACTIVE,
        facts.liveRestore(),
        "",
        runtime.init() == null ? "" : runtime.init().name(),
        commit("", expected),
        commit(runcCommit(runtime), expected),
        commit(runtime.init() == null ? "" : runtime.init().version(), expected),
        securityOptions(runtime, version),
        version.atLeast(49) ? new Firewall("iptables") : null,
        List.of(),
        warnings(info, facts));
  }

  /** dockerd's null for a driver that has nothing to say. */
  private static @Nullable List<List<String>> driverStatus(SystemInfo info) {
    return info.driverStatus().isEmpty()
        ? null
        : info.driverStatus().stream()
            .map(line -> List.of(line.getKey(), line.getValue()))
            .toList();
  }

  private static RegistryConfig registries(DaemonFacts facts) {
    Map<String, Index> indexes = new TreeMap<>();
    List<String> networks = new ArrayList<>();
    for (String registry : facts.insecureRegistries()) {
      if (registry.contains("/")) {
        networks.add(registry);
      } else {
        indexes.put(registry, new Index(List.of(), registry, false, false));
      }
    }
    networks.add("::1/128");
    networks.add("127.0.0.0/8");
    indexes.put("docker.io", new Index(facts.registryMirrors(), "docker.io", true, true));
    return new RegistryConfig(
        indexes, networks, facts.registryMirrors().isEmpty() ? null : facts.registryMirrors());
  }

  private static Map<String, InfoAnswer.RuntimePath> runtimes(RuntimeInfo runtime) {
    Map<String, InfoAnswer.RuntimePath> runtimes = new TreeMap<>();
    runtime
        .runtimes()
        .forEach(
            program ->
                runtimes.put(
                    program.name(),
                    new InfoAnswer.RuntimePath(program.path(), program.arguments())));
    return runtimes;
  }

  private static String runcCommit(RuntimeInfo runtime) {
    return runtime.runtimes().stream()
        .filter(program -> program.name().equals(runtime.defaultRuntime()))
        .map(program -> program.commit().isEmpty() ? program.version() : program.commit())
        .findFirst()
        .orElse("");
  }

  private static Commit commit(String id, boolean withExpected) {
    return new Commit(id, withExpected ? id : null);
  }

  /** Before 1.25 the options were plain names. */
  private static List<String> securityOptions(RuntimeInfo runtime, ApiVersion version) {
    if (version.atLeast(25)) {
      return runtime.securityOptions();
    }
    return runtime.securityOptions().stream()
        .map(option -> option.replaceFirst("^name=", "").replaceFirst(",.*", ""))
        .toList();
  }

  private static @Nullable List<String> warnings(SystemInfo info, DaemonFacts facts) {
    List<String> warnings = new ArrayList<>(facts.warnings().get());
    warnings.addAll(info.warnings());
    return warnings.isEmpty() ? null : warnings;
  }

  private static String proxy(DaemonFacts facts, String name) {
    String value = facts.proxies().getOrDefault(name, System.getenv(name));
    String lower = System.getenv(name.toLowerCase(Locale.ROOT));
    String proxy = value != null ? value : lower != null ? lower : "";
    // a proxy's address may hold a password
    return proxy.replaceFirst("//[^/@]*@", "//xxxxx:xxxxx@");
  }
}
