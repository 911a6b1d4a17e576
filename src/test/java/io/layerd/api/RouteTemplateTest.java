package io.layerd.api;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RouteTemplateTest {
  @ParameterizedTest
  @CsvSource({
    "/_ping, /_ping",
    "/containers/json, /containers/json",
    "/containers/abc, /containers/{id}",
    "/containers/abc/json, /containers/{id}/json",
    "/containers/json/json, /containers/{id}/json",
    "/containers/abc/attach/ws, /containers/{id}/attach/ws",
    "/containers/abc/nonsense, /containers/{id}",
    "/exec/abc/start, /exec/{id}/start",
    "/images/json, /images/json",
    "/images/busybox, /images/{name}",
    "/images/a.b:5000/c/d/json, /images/{name}/json",
    "/images/a.b:5000/c/d:1, /images/{name}",
    "/images/a/b/push, /images/{name}/push",
    "/distribution/a/b/json, /distribution/{name}/json",
    "/networks/n/connect, /networks/{id}/connect",
    "/volumes/v, /volumes/{name}",
    "/plugins/a/b/enable, /plugins/{name}/enable",
    "/swarm, /swarm",
    "/swarm/init, /swarm",
    "/services/abc/logs, /services",
    "/, other",
    "/etc/passwd, other",
    "/Containers/json, other",
    "/containersx/abc, other",
    "//containers, other",
  })
  void namesOfClientsAreLeftOut(String path, String template) {
    assertThat(RouteTemplate.of(path)).isEqualTo(template);
  }

  @ParameterizedTest
  @CsvSource({"''", "*", "x"})
  void whatIsNoPathIsOther(String path) {
    assertThat(RouteTemplate.of(path)).isEqualTo(RouteTemplate.OTHER);
  }
}
