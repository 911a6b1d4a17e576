package io.layerd.api.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.layerd.events.Event;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WireTest {
  @Test
  void framesHoldStreamAndLength() {
    assertThat(Frames.header(2, 0x01020304)).containsExactly(2, 0, 0, 0, 1, 2, 3, 4);
    assertThat(Frames.of(true, 1, new byte[3])).hasSize(2);
    assertThat(Frames.of(false, 1, new byte[3])).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({
    "0,0B",
    "999,999B",
    "1000,1kB",
    "1234,1.234kB",
    "12345,12.35kB",
    "123456,123.5kB",
    "480000000,480MB",
    "1500000000,1.5GB"
  })
  void sizesHaveFourDigits(long bytes, String text) {
    assertThat(Progress.size(bytes)).isEqualTo(text);
  }

  @Test
  void progressLinesAreDockers() {
    assertThat(text(Progress.line("latest", "Pulling from library/x", 0, 0)))
        .isEqualTo("{\"status\":\"Pulling from library/x\",\"id\":\"latest\"}\r\n");
    assertThat(text(Progress.line("abc", "Pulling fs layer", 0, 0)))
        .isEqualTo("{\"status\":\"Pulling fs layer\",\"progressDetail\":{},\"id\":\"abc\"}\r\n");
    assertThat(text(Progress.line(null, "Digest: sha256:1", 0, 0)))
        .isEqualTo("{\"status\":\"Digest: sha256:1\"}\r\n");
    assertThat(text(Progress.line("abc", "Downloading", 500, 1000)))
        .isEqualTo(
            "{\"status\":\"Downloading\",\"progressDetail\":{\"current\":500,\"total\":1000},"
                + "\"progress\":\"[=========================>                         ]"
                + "     500B/1kB\",\"id\":\"abc\"}\r\n");
    assertThat(text(Progress.error("no")))
        .isEqualTo("{\"errorDetail\":{\"message\":\"no\"},\"error\":\"no\"}\r\n");
  }

  @Test
  void aFullBarDoesNotOverflow() {
    assertThat(Progress.bar(2000, 1000)).startsWith("[" + "=".repeat(50) + ">] ");
  }

  @Test
  void eventsHaveTheOldFieldsForContainersAndImages() {
    Instant time = Instant.ofEpochSecond(1795480088L, 152531972);
    assertThat(
            text(
                EventLine.of(
                    new Event(
                        "container",
                        "create",
                        "a93",
                        Map.of("name", "n", "image", "busybox", "a", "b"),
                        time))))
        .isEqualTo(
            "{\"status\":\"create\",\"id\":\"a93\",\"from\":\"busybox\",\"Type\":\"container\","
                + "\"Action\":\"create\",\"Actor\":{\"ID\":\"a93\",\"Attributes\":{\"a\":\"b\","
                + "\"image\":\"busybox\",\"name\":\"n\"}},\"scope\":\"local\","
                + "\"time\":1795480088,\"timeNano\":1795480088152531972}\n");
    assertThat(
            text(EventLine.of(new Event("volume", "create", "v", Map.of("driver", "local"), time))))
        .startsWith("{\"Type\":\"volume\",\"Action\":\"create\"");
  }

  @ParameterizedTest
  @CsvSource({
    "busybox,latest,busybox:latest,false",
    "busybox,,busybox,true",
    "busybox:1.36,,busybox:1.36,false",
    "busybox:1,2,busybox:2,false",
    "127.0.0.1:5000/a/b,x,127.0.0.1:5000/a/b:x,false",
    "127.0.0.1:5000/a/b,,127.0.0.1:5000/a/b,true",
    "a@sha256:00,,a@sha256:00,false",
    "a,sha256:11,a@sha256:11,false"
  })
  void imageAndTagMakeAReference(String image, String tag, String reference, boolean all) {
    assertThat(PulledReference.of(image, tag)).isEqualTo(new PulledReference(reference, all));
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
