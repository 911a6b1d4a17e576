package io.layerd.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.layerd.api.model.ContainerSummary;
import io.layerd.container.ContainerSnapshot;
import io.layerd.container.ContainerSnapshot.NetworkState;
import io.layerd.container.ContainerSnapshot.Sizes;
import io.layerd.container.ContainerState;
import io.layerd.container.GoTime;
import io.layerd.spec.ContainerConfig;
import io.layerd.spec.HostConfig;
import io.layerd.spec.SpecJson;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ContainerListTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:30Z");

  private final ContainerList list = new ContainerList();

  private static ContainerSnapshot container(String id, Instant startedAt, Sizes... sizes)
      throws JsonProcessingException {
    GoTime started = new GoTime(startedAt);
    GoTime never = new GoTime(ContainerState.NEVER);
    return new ContainerSnapshot(
        id,
        "/" + id,
        List.of(),
        Instant.EPOCH,
        "sh",
        List.of(),
        new ContainerState(true, false, false, false, false, false, 9, 0, "", started, never),
        null,
        "sha256:1",
        "busybox",
        SpecJson.MAPPER.readValue("{\"Labels\":{\"name\":\"Zoë\"}}", ContainerConfig.class),
        SpecJson.MAPPER.readValue("{\"Annotations\":{\"a\":\"b\"}}", HostConfig.class),
        "",
        "",
        "",
        "",
        0,
        "overlay2",
        "linux",
        "",
        "",
        "",
        List.of(),
        Map.of(),
        List.of(),
        new NetworkState("", "", Map.of(), Map.of()),
        sizes.length == 0 ? null : sizes[0]);
  }

  private String text(List<ContainerSnapshot> containers, Instant now, int minor) {
    return new String(list.json(containers, now, minor), StandardCharsets.UTF_8);
  }

  private static String plain(List<ContainerSnapshot> containers, Instant now, int minor) {
    return new String(
        ErrorAnswer.json(containers.stream().map(c -> ContainerSummary.of(c, now, minor)).toList()),
        StandardCharsets.UTF_8);
  }

  @Test
  void theListIsWhatASerializerWrites() throws Exception {
    List<ContainerSnapshot> containers = new ArrayList<>();
    for (int count = 0; count < 3; count++) {
      for (int again = 0; again < 2; again++) {
        assertThat(text(containers, NOW, 51)).isEqualTo(plain(containers, NOW, 51));
      }
      containers.add(container("c" + count, NOW.minusSeconds(count)));
    }
  }

  @Test
  void soAreListsThatAreTooLongToBeKept() throws Exception {
    List<ContainerSnapshot> many = new ArrayList<>();
    for (int i = 0; i < 600; i++) {
      many.add(container("c" + i, NOW));
    }
    assertThat(text(many, NOW, 51)).isEqualTo(plain(many, NOW, 51));
    for (int from = 0; from < 600; from += 100) { // what is kept is given up now and then
      List<ContainerSnapshot> some = many.subList(from, from + 100);
      assertThat(text(some, NOW, 51)).isEqualTo(plain(some, NOW, 51));
    }
  }

  @Test
  void aStatusGrowsOld() throws Exception {
    List<ContainerSnapshot> one = List.of(container("one", NOW.minusSeconds(5)));
    assertThat(text(one, NOW, 51)).contains("\"Status\":\"Up 5 seconds\"");
    assertThat(text(one, NOW.plusSeconds(1), 51)).contains("\"Status\":\"Up 6 seconds\"");
  }

  @Test
  void whatAnotherVersionOfTheApiShowsIsNotMixedUp() throws Exception {
    List<ContainerSnapshot> one = List.of(container("one", NOW));
    for (int minor : new int[] {51, 45, 46, 24, 51}) {
      JsonNode host =
          SpecJson.MAPPER.readTree(list.json(one, NOW, minor)).path(0).path("HostConfig");
      assertThat(host.has("Annotations")).isEqualTo(minor >= 46);
    }
  }

  @Test
  void sizesAreAlwaysNew() throws Exception {
    assertThat(text(List.of(container("one", NOW)), NOW, 51)).doesNotContain("SizeRw");
    ContainerSnapshot measured = container("one", NOW, new Sizes(3, 4));
    assertThat(text(List.of(measured), NOW, 51)).contains("\"SizeRw\":3,\"SizeRootFs\":4");
    assertThat(text(List.of(container("one", NOW)), NOW, 51)).doesNotContain("SizeRw");
  }
}
