package io.layerd.api.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PluginAddressTest {
  @TempDir Path sockets;
  @TempDir Path specs;

  @Test
  void aPluginIsFoundWhereDockerdFindsIt() throws IOException {
    Files.writeString(specs.resolve("a.spec"), "unix:///tmp/a.sock\n");
    Files.writeString(
        specs.resolve("b.json"),
        "{\"Name\":\"b\",\"Addr\":\"https://h.example:7\",\"TLSConfig\":{\"InsecureSkipVerify\":true}}");
    Files.createDirectories(sockets.resolve("c"));
    Files.createFile(sockets.resolve("c/c.sock"));
    assertThat(find("a").socket().path()).isEqualTo("/tmp/a.sock");
    assertThat(find("b").socket().port()).isEqualTo(7);
    assertThat(find("b").https()).isTrue();
    assertThat(Objects.requireNonNull(find("b").tls()).insecure()).isTrue();
    assertThat(find("c").socket().path()).isEqualTo(sockets.resolve("c/c.sock").toString());
    assertThat(found("d")).isNull();
    assertThat(found("../a")).isNull();
  }

  private PluginAddress find(String name) {
    return Objects.requireNonNull(found(name));
  }

  private @Nullable PluginAddress found(String name) {
    return PluginAddress.find(name, sockets, List.of(specs));
  }
}
