package io.layerd.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SeccompFilterTest {
  @Test
  void theDefaultDependsOnCapabilities() {
    SeccompFilter plain = new SeccompFilter("amd64", "6.1", List.of("CAP_SYS_CHROOT"));
    assertThat(plain.ofDefault().path("defaultAction").asText()).isEqualTo("SCMP_ACT_ERRNO");
    assertThat(plain.ofDefault().path("architectures").toString())
        .isEqualTo("[\"SCMP_ARCH_X86_64\",\"SCMP_ARCH_X86\",\"SCMP_ARCH_X32\"]");
    assertThat(allowed(plain.ofDefault()))
        .contains("read", "openat2", "chroot", "ptrace", "arch_prctl", "clone", "socket")
        .doesNotContain("mount", "bpf", "reboot", "unshare", "clone3", "keyctl", "cacheflush");
    SeccompFilter admin = new SeccompFilter("arm64", "6.1", List.of("CAP_SYS_ADMIN", "CAP_BPF"));
    assertThat(admin.ofDefault().path("architectures").get(0).asText())
        .isEqualTo("SCMP_ARCH_AARCH64");
    assertThat(allowed(admin.ofDefault()))
        .contains("mount", "clone3", "unshare", "bpf", "cacheflush")
        .doesNotContain("chroot", "arch_prctl", "reboot");
  }

  @Test
  void aProfileOfTheClient() {
    SeccompFilter filter = new SeccompFilter("amd64", "5.10.0-8-amd64", List.of("CAP_SYS_ADMIN"));
    JsonNode result =
        filter.of(
            """
            {"defaultAction":"SCMP_ACT_ALLOW","architectures":["SCMP_ARCH_X86"],"syscalls":[
              {"names":["a"],"action":"SCMP_ACT_ERRNO","args":null,"comment":"x"},
              {"name":"b","action":"SCMP_ACT_ERRNO","errnoRet":38,"includes":{"minKernel":"5.9"}},
              {"names":["c"],"action":"SCMP_ACT_ERRNO","includes":{"minKernel":"5.11"}},
              {"names":["d"],"action":"SCMP_ACT_ERRNO","excludes":{"caps":["CAP_SYS_ADMIN"]}},
              {"names":["e"],"action":"SCMP_ACT_ERRNO","includes":{"arches":["s390x"]}}]}
            """);
    assertThat(result.path("architectures").toString()).isEqualTo("[\"SCMP_ARCH_X86\"]");
    assertThat(result.path("syscalls").toString())
        .isEqualTo(
            "[{\"names\":[\"a\"],\"action\":\"SCMP_ACT_ERRNO\"},"
                + "{\"names\":[\"b\"],\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":38}]");
  }

  @Test
  void profilesThatMakeNoSense() {
    SeccompFilter filter = new SeccompFilter("amd64", "6.1", List.of());
    assertThatThrownBy(() -> filter.of("/nope"))
        .hasMessageStartingWith("Decoding seccomp profile failed: ");
    assertThatThrownBy(() -> filter.of("[]"))
        .hasMessageStartingWith("Decoding seccomp profile failed: ");
    assertThatThrownBy(() -> filter.of("{\"syscalls\":[{\"name\":\"a\",\"names\":[\"b\"]}]}"))
        .hasMessage(
            "both 'name' and 'names' are specified in the seccomp profile, use either 'name' or"
                + " 'names'");
  }

  private static List<String> allowed(JsonNode filter) {
    List<String> names = new ArrayList<>();
    for (JsonNode rule : filter.path("syscalls")) {
      if (rule.path("action").asText().equals("SCMP_ACT_ALLOW")) {
        rule.path("names").forEach(name -> names.add(name.asText()));
      }
    }
    return names;
  }
}
