package io.layerd.runtime;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.layerd.error.SystemFailure;
import io.layerd.spec.SpecJson;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Turns a seccomp profile in Docker's form, with rules that depend on architecture, capabilities
 * and kernel, into the runtime-spec's {@code linux.seccomp}.
 */
final class SeccompFilter {
  private static final Map<String, String> MACHINES =
      Map.of(
          "amd64", "amd64",
          "x86_64", "amd64",
          "aarch64", "arm64",
          "s390x", "s390x",
          "ppc64le", "ppc64le",
          "riscv64", "riscv64");
  private static final Map<String, String> ARCHITECTURES =
      Map.of(
          "amd64", "SCMP_ARCH_X86_64",
          "arm64", "SCMP_ARCH_AARCH64",
          "s390x", "SCMP_ARCH_S390X",
          "ppc64le", "SCMP_ARCH_PPC64LE",
          "riscv64", "SCMP_ARCH_RISCV64");

  private final String machine;
  private final String kernel;
  private final List<String> capabilities;

  /** For this machine. */
  SeccompFilter(List<String> capabilities) {
    this(
        MACHINES.getOrDefault(System.getProperty("os.arch", ""), ""),
        System.getProperty("os.version", "0"),
        capabilities);
  }

  SeccompFilter(String machine, String kernel, List<String> capabilities) {
    this.machine = machine;
    this.kernel = kernel;
    this.capabilities = List.copyOf(capabilities);
  }

  /** The profile containers get that do not ask for another. */
  ObjectNode ofDefault() {
    try (InputStream in = SeccompFilter.class.getResourceAsStream("seccomp.json")) {
      if (in == null) {
        throw new SystemFailure("the default seccomp profile is missing from this build of layerd");
      }
      return convert(SpecJson.MAPPER.readTree(in));
    } catch (IOException e) {
      throw new SystemFailure("the default seccomp profile cannot be read: " + e.getMessage(), e);
    }
  }

  /**
   * A profile from the client.
   *
   * @throws SystemFailure {@code Decoding seccomp profile failed: ...}
   */
  ObjectNode of(String profile) {
    JsonNode tree;
    try {
      tree = SpecJson.MAPPER.readTree(profile);
    } catch (JsonProcessingException e) {
      throw new SystemFailure("Decoding seccomp profile failed: " + e.getOriginalMessage(), e);
    }
    if (!tree.isObject()) {
      throw new SystemFailure("Decoding seccomp profile failed: it must be a JSON object");
    }
    return convert(tree);
  }

  private ObjectNode convert(JsonNode profile) {
    ObjectNode filter = JsonNodeFactory.instance.objectNode();
    filter.set("defaultAction", profile.path("defaultAction"));
    copy(profile, filter, "defaultErrnoRet", "flags", "listenerPath", "listenerMetadata");
    architectures(profile, filter);
    ArrayNode rules = filter.putArray("syscalls");
    for (JsonNode rule : profile.path("syscalls")) {
      if (rule.hasNonNull("name") && !rule.path("names").isEmpty()) {
        throw new SystemFailure(
            "both 'name' and 'names' are specified in the seccomp profile, use either 'name' or"
                + " 'names'");
      }
      if (applies(rule)) {
        rules.add(rule(rule));
      }
    }
    return filter;
  }

  private void architectures(JsonNode profile, ObjectNode filter) {
    JsonNode plain = profile.path("architectures");
    JsonNode map = profile.path("archMap");
    if (!plain.isEmpty() && !map.isEmpty()) {
      throw new SystemFailure(
          "both 'architectures' and 'archMap' are specified in the seccomp profile, use either"
              + " 'architectures' or 'archMap'");
    }
    if (!plain.isEmpty()) {
      filter.set("architectures", plain);
    }
    String own = ARCHITECTURES.getOrDefault(machine, "");
    for (JsonNode entry : map) {
      if (entry.path("architecture").asText().equals(own)) {
        ArrayNode result = filter.putArray("architectures").add(own);
        entry.path("subArchitectures").forEach(result::add);
      }
    }
  }

  private static ObjectNode rule(JsonNode rule) {
    ObjectNode result = JsonNodeFactory.instance.objectNode();
    if (rule.hasNonNull("name")) {
      result.putArray("names").add(rule.path("name"));
    } else {
      result.set("names", rule.path("names"));
    }
    result.set("action", rule.path("action"));
    copy(rule, result, "errnoRet");
    if (!rule.path("args").isEmpty()) {
      result.set("args", rule.path("args"));
    }
    return result;
  }

  private boolean applies(JsonNode rule) {
    JsonNode excludes = rule.path("excludes");
    JsonNode includes = rule.path("includes");
    List<String> includedMachines = strings(includes.path("arches"));
    String notBelow = text(includes, "minKernel");
    String notFrom = text(excludes, "minKernel");
    return !strings(excludes.path("arches")).contains(machine)
        && strings(excludes.path("caps")).stream().noneMatch(capabilities::contains)
        && (notFrom == null || !kernelIsAtLeast(notFrom))
        && (includedMachines.isEmpty() || includedMachines.contains(machine))
        && capabilities.containsAll(strings(includes.path("caps")))
        && (notBelow == null || kernelIsAtLeast(notBelow));
  }

  private boolean kernelIsAtLeast(String wanted) {
    int[] own = version(kernel);
    int[] least = version(wanted);
    return own[0] > least[0] || own[0] == least[0] && own[1] >= least[1];
  }

  private static int[] version(String text) {
    int[] numbers = new int[2];
    String[] parts = text.split("\\.", -1);
    for (int i = 0; i < Math.min(2, parts.length); i++) {
      String digits = parts[i].replaceAll("[^0-9].*", "");
      numbers[i] = digits.isEmpty() || digits.length() > 6 ? 0 : Integer.parseInt(digits);
    }
    return numbers;
  }

  private static @Nullable String text(JsonNode node, String field) {
    return node.hasNonNull(field) ? node.path(field).asText() : null;
  }

  private static List<String> strings(JsonNode array) {
    List<String> result = new ArrayList<>();
    array.forEach(item -> result.add(item.asText()));
    return result;
  }

  private static void copy(JsonNode from, ObjectNode to, String... fields) {
    for (String field : fields) {
      if (from.hasNonNull(field)) {
        to.set(field, from.path(field));
      }
    }
  }
}
