package io.layerd.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogsTest {
  @TempDir Path root;
  private Fixture f;
  private String id = "";
  private Path log = Path.of("");

  @BeforeEach
  void open() {
    f = new Fixture(root);
    id = f.run("{}");
    log = root.resolve("containers").resolve(id).resolve("ctr.log");
  }

  @AfterEach
  void close() {
    f.close();
  }

  private static final class Text implements FrameSink {
    final ByteArrayOutputStream out = new ByteArrayOutputStream();
    final ByteArrayOutputStream err = new ByteArrayOutputStream();
    volatile boolean opened;

    @Override
    public void open(boolean tty) {
      opened = true;
    }

    @Override
    public synchronized void write(int stream, byte[] data) {
      (stream == 2 ? err : out).writeBytes(data);
    }

    synchronized String out() {
      return out.toString(StandardCharsets.UTF_8);
    }

    synchronized String err() {
      return err.toString(StandardCharsets.UTF_8);
    }
  }

  private static LogQuery all() {
    return new LogQuery(true, true, false, false, false, -1, null, null);
  }

  private Text read(LogQuery query) throws Exception {
    Text text = new Text();
    f.service.logs(id, query, text);
    return text;
  }

  private void write(String... lines) throws IOException {
    StringBuilder all = new StringBuilder();
    for (String line : lines) {
      all.append(line).append('\n');
    }
    Files.writeString(
        log, all, StandardOpenOption.CREATE, StandardOpenOption.APPEND, StandardOpenOption.WRITE);
  }

  @Test
  void joinsPartialLinesAndSkipsTornOnes() throws Exception {
    write(
        "2016-10-06T00:17:09.669794202Z stdout P a",
        "2016-10-06T00:17:09.669794203Z stderr F err",
        "rubbish",
        "2016-10-06T00:17:09.669794204+00:00 stdout F b c ",
        "2016-10-06T00:17:10.5Z stdout F ");
    Files.writeString(log, "2016-10-06T00:17:11Z stdout F torn", StandardOpenOption.APPEND);
    Text text = read(all());
    assertThat(text.out()).isEqualTo("ab c \n\n");
    assertThat(text.err()).isEqualTo("err\n");
    Text stamped = read(new LogQuery(true, false, false, true, false, -1, null, null));
    assertThat(stamped.out())
        .isEqualTo("2016-10-06T00:17:09.669794204Z ab c \n2016-10-06T00:17:10.500000000Z \n");
  }

  @Test
  void tailAndTimes() throws Exception {
    for (int i = 0; i < 10; i++) {
      write(
          "2016-10-06T00:00:0" + i + "Z stdout P x",
          "2016-10-06T00:00:0" + i + "Z stderr F e" + i,
          "2016-10-06T00:00:0" + i + "Z stdout F " + i);
    }
    assertThat(read(new LogQuery(true, false, false, false, false, 2, null, null)).out())
        .isEqualTo("x8\nx9\n");
    assertThat(read(new LogQuery(false, true, false, false, false, 1, null, null)).err())
        .isEqualTo("e9\n");
    assertThat(read(new LogQuery(true, true, false, false, false, 0, null, null)).out()).isEmpty();
    assertThat(read(new LogQuery(true, false, false, false, false, 99, null, null)).out())
        .startsWith("x0\nx1\n");
    Instant three = Instant.parse("2016-10-06T00:00:03Z");
    assertThat(
            read(new LogQuery(false, true, false, false, false, -1, three, three.plusSeconds(1)))
                .err())
        .isEqualTo("e3\ne4\n");
  }

  @Test
  void isInDockerdsFormatWhereInspectSays() throws Exception {
    write("2016-10-06T00:17:09.669794200Z stdout P op", "2016-10-06T00:17:09.7Z stdout F en");
    assertThat(read(all()).out()).isEqualTo("open\n");
    Path kept = Path.of(f.service.inspect(id, false).logPath());
    assertThat(kept).hasFileName(id + "-json.log");
    assertThat(kept)
        .hasContent(
            "{\"log\":\"open\\n\",\"stream\":\"stdout\",\"time\":\"2016-10-06T00:17:09.7Z\"}\n");
    write("2016-10-06T00:17:10Z stderr F last", "2016-10-06T00:17:10Z stdout P no newline");
    f.process(id).end(0);
    Fixture.eventually(() -> Files.notExists(log));
    assertThat(read(all()).err()).isEqualTo("last\n");
    assertThat(read(all()).out()).isEqualTo("open\nno newline");
  }

  @Test
  void theNextDaemonGoesOnWhereTheLastOneStopped() throws Exception {
    write("2016-10-06T00:17:09Z stdout F one", "2016-10-06T00:17:09Z stdout P be");
    assertThat(read(all()).out()).isEqualTo("one\n");
    f.reopenAfter(
        () -> {
          try {
            write("2016-10-06T00:17:10Z stdout F gun", "2016-10-06T00:17:11Z stdout F two");
          } catch (IOException e) {
            throw new IllegalStateException(e);
          }
        });
    assertThat(read(all()).out()).isEqualTo("one\nbegun\ntwo\n");
  }

  @Test
  void followsUntilTheEnd() throws Exception {
    write("2016-10-06T00:17:09Z stdout F one");
    Text text = new Text();
    CompletableFuture<Void> reading =
        CompletableFuture.runAsync(
            () -> {
              try {
                f.service.logs(
                    id, new LogQuery(true, true, true, false, false, -1, null, null), text);
              } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });
    Fixture.eventually(() -> text.out().equals("one\n"));
    write("2016-10-06T00:17:10Z stdout F two");
    Fixture.eventually(() -> text.out().equals("one\ntwo\n"));
    assertThat(reading).isNotDone();
    write("2016-10-06T00:17:10Z stdout F last");
    f.process(id).end(0);
    reading.get(5, TimeUnit.SECONDS);
    assertThat(text.out()).isEqualTo("one\ntwo\nlast\n");
  }

  @Test
  void choosesAStream() {
    assertThatThrownBy(() -> read(new LogQuery(false, false, false, false, false, -1, null, null)))
        .hasMessage("Bad parameters: you must choose at least one stream");
  }

  @Test
  void anEmptyLogIsEmpty() throws Exception {
    assertThat(read(all()).opened).isTrue();
    write();
    assertThat(read(new LogQuery(true, true, false, false, false, 5, null, null)).out()).isEmpty();
  }
}
