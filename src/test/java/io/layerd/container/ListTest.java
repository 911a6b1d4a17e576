package io.layerd.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.layerd.image.TimeText;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ListTest {
  @TempDir Path root;
  private Fixture f;

  @BeforeEach
  void open() throws Exception {
    f = new Fixture(root);
    f.create(
        "old",
        "{\"Image\":\"busybox\",\"Labels\":{\"a\":\"1\"},\"ExposedPorts\":{\"80/tcp\":{}}}",
        "{\"Binds\":[\"data:/data\"]}");
    Thread.sleep(2);
    f.create(
        "mid", "{\"Image\":\"busybox\",\"Labels\":{\"a\":\"2\"}}", "{\"NetworkMode\":\"none\"}");
    Thread.sleep(2);
    f.create("new", "{\"Image\":\"busybox\"}", "{}");
    f.service.start("new");
    f.service.start("old");
    f.process(f.service.inspect("old", false).id()).end(3);
    Fixture.eventually(() -> f.state("old").status().equals("exited"));
  }

  @AfterEach
  void close() {
    f.close();
  }

  private List<String> names(boolean all, int limit, Map<String, List<String>> filters) {
    return f.service.list(new ListQuery(all, limit, false, filters)).stream()
        .map(c -> c.name().substring(1))
        .toList();
  }

  @Test
  void whatRunsOrAllNewestFirst() {
    assertThat(names(false, 0, Map.of())).containsExactly("new");
    assertThat(names(true, 0, Map.of())).containsExactly("new", "mid", "old");
    assertThat(names(false, 2, Map.of())).containsExactly("new", "mid");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "name    | e       | new",
        "name    | ^/?mid$ | mid",
        "label   | a       | mid old",
        "label   | a=1     | old",
        "exited  | 3       | old",
        "exited  | 0       | -",
        "status  | created | mid",
        "status  | running | new",
        "before  | mid     | old",
        "since   | mid     | new",
        "volume  | data    | old",
        "volume  | /data   | old",
        "network | none    | mid",
        "network | bridge  | new old",
        "expose  | 80      | -",
        "publish | 0       | -",
        "id      | zz      | -",
        "id      | ''      | -",
        "network | nosuch  | -",
        "expose  | 80/udp  | -",
        "publish | 80      | -",
        "ancestor| busybox | new mid old",
        "ancestor| zz      | -",
        "is-task | false   | new mid old",
        "is-task | true    | -",
        "health  | none    | new mid old",
      })
  void filters(String name, String value, String expected) {
    assertThat(names(true, 0, Map.of(name, List.of(value))))
        .containsExactly(expected == null ? new String[0] : expected.split(" "));
  }

  @Test
  void filtersCombine() {
    assertThat(
            names(true, 0, Map.of("label", List.of("a"), "status", List.of("exited", "running"))))
        .containsExactly("old");
    String id = f.service.inspect("mid", false).id();
    assertThat(names(true, 0, Map.of("id", List.of(id.substring(0, 9))))).containsExactly("mid");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "foo     | a  | invalid filter 'foo'",
        "status  | a  | invalid filter 'status=a': invalid value for state (a): must be one of created, running, paused, restarting, removing, exited, dead",
        "exited  | a  | invalid filter 'exited=a': strconv.Atoi: parsing \"a\": invalid syntax",
        "before  | zz | No such container: zz",
        "health  | zz | invalid filter 'health=zz': invalid value for health (zz): must be one of none, starting, healthy, unhealthy",
        "publish | zz | error while looking up for publish zz: strconv.ParseUint: parsing \"zz\": invalid syntax",
        "publish | 9-8 | error while looking up for publish 9-8: Invalid range specified for the Port: 9-8",
        "publish | 1- | error while looking up for publish 1-: strconv.ParseUint: parsing \"\": invalid syntax",
        "publish | 70000 | error while looking up for publish 70000: strconv.ParseUint: parsing \"70000\": value out of range",
        "expose  | '' | error while looking up for expose : Empty string specified for ports.",
        "exited  | 99999999999 | invalid filter 'exited=99999999999': strconv.Atoi: parsing \"99999999999\": value out of range",
        "''      | a  | invalid filter",
        "is-task | zz | invalid filter 'is-task=[zz]'",
      })
  void badFilters(String name, String value, String message) {
    assertThatThrownBy(() -> names(true, 0, Map.of(name, List.of(value)))).hasMessage(message);
  }

  @Test
  void aSnapshotIsKeptUntilItsContainerChanges() {
    List<ContainerSnapshot> first = f.service.list(new ListQuery(true, 0, false, Map.of()));
    List<ContainerSnapshot> second = f.service.list(new ListQuery(true, 0, false, Map.of()));
    for (int i = 0; i < first.size(); i++) {
      assertThat(second.get(i)).isSameAs(first.get(i));
    }
    f.service.rename("mid", "other");
    f.service.start("old");
    List<ContainerSnapshot> third = f.service.list(new ListQuery(true, 0, false, Map.of()));
    assertThat(third.get(0)).isSameAs(first.get(0));
    assertThat(third.get(1).name()).isEqualTo("/other");
    assertThat(third.get(2).state().running()).isTrue();
  }

  @Test
  void sizesAndImageNames() {
    ContainerSnapshot c = f.service.list(new ListQuery(true, 1, true, Map.of())).getFirst();
    assertThat(c.sizes()).isEqualTo(new ContainerSnapshot.Sizes(7, 7));
    assertThat(c.imageName()).isEqualTo("busybox");
    assertThat(c.command()).isEqualTo("sh");
  }

  @ParameterizedTest
  @CsvSource({
    "0, Less than a second",
    "1, 1 second",
    "59, 59 seconds",
    "60, About a minute",
    "3599, 59 minutes",
    "3600, About an hour",
    "7300, 2 hours",
    "172800, 2 days",
    "1209600, 2 weeks",
    "5184000, 2 months",
    "63072000, 2 years"
  })
  void ages(long seconds, String words) {
    Instant now = Instant.parse("2026-01-01T00:00:00Z");
    ContainerState running = ContainerState.created().started(1);
    ContainerState since =
        new ContainerState(
            true,
            false,
            false,
            false,
            false,
            false,
            1,
            0,
            "",
            new GoTime(now.minusSeconds(seconds)),
            running.finishedAt());
    assertThat(StatusText.of(since, null, now)).isEqualTo("Up " + words);
  }

  @Test
  void momentsOfThePast() {
    Instant now = Instant.parse("2026-01-01T00:00:00Z");
    assertThat(TimeText.parse("1h30m", now)).isEqualTo(now.minus(Duration.ofMinutes(90)));
    assertThat(TimeText.parse("1.5s", now)).isEqualTo(now.minusMillis(1500));
    assertThat(TimeText.parse("100", now)).isEqualTo(Instant.ofEpochSecond(100));
    assertThat(TimeText.parse("2025-01-01", now)).isEqualTo(Instant.parse("2025-01-01T00:00:00Z"));
    assertThatThrownBy(() -> TimeText.parse("x", now))
        .hasMessage("failed to parse value as time or duration: \"x\"");
    assertThatThrownBy(() -> TimeText.parse("2099-13-01", now))
        .hasMessage("parsing time \"2099-13-01\": month out of range");
    assertThatThrownBy(() -> TimeText.parse("2099-02-30", now))
        .hasMessage("parsing time \"2099-02-30\": day out of range");
    assertThatThrownBy(() -> TimeText.parse("2099-01-01T25:00:00", now))
        .hasMessage("parsing time \"2099-01-01T25:00:00\": hour out of range");
  }

  @Test
  void psOutput() {
    ContainerService.Top top =
        TopContainer.parse("UID PID CMD\nroot 1 init x\nroot 22 sleep 100 200\n", Set.of("22"));
    assertThat(top.processes()).containsExactly(List.of("root", "22", "sleep 100 200"));
  }
}
