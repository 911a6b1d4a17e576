package io.layerd.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
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
        .isEqualTo("2016-10-06T00:17:09.669794202Z ab c \n2016-10-06T00:17:10.500000000Z \n");
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
  void readsDockerdsOwnFormat() throws Exception {
    write(
        "{\"log\":\"hi\\n\",\"stream\":\"stdout\",\"time\":\"2016-10-06T00:17:09.6Z\"}",
        "{\"log\":\"open\",\"stream\":\"stderr\",\"time\":\"2016-10-06T00:17:09.6Z\"}",
        "{\"log\":");
    assertThat(read(all()).out()).isEqualTo("hi\n");
    assertThat(read(all()).err()).isEqualTo("open");
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

  @Test
  void tailAgreesWithReadingEverything() throws Exception {
    Random random = new Random(42);
    for (int round = 0; round < 60; round++) {
      List<String> lines = new ArrayList<>();
      StringBuilder file = new StringBuilder();
      int count = random.nextInt(40);
      for (int i = 0; i < count; i++) {
        String content = "c".repeat(random.nextInt(random.nextInt(10) == 0 ? 70_000 : 20));
        lines.add(content);
        if (random.nextInt(8) == 0) {
          file.append("junk ").append(i).append('\n');
        }
        int cut = random.nextInt(content.length() + 1);
        if (random.nextInt(4) == 0) {
          file.append("2016-10-06T00:17:09Z stdout P ").append(content, 0, cut).append('\n');
          content = content.substring(cut);
        }
        file.append("2016-10-06T00:17:09Z stdout F ").append(content).append('\n');
      }
      Files.writeString(log, file);
      int tail = random.nextInt(45);
      String expected =
          String.join(
              "",
              lines.subList(Math.max(0, lines.size() - tail), lines.size()).stream()
                  .map(line -> line + "\n")
                  .toList());
      assertThat(read(new LogQuery(true, true, false, false, false, tail, null, null)).out())
          .as("round %d", round)
          .isEqualTo(expected);
    }
  }

  @Test
  void survivesAnyBytes() throws Exception {
    Random random = new Random(7);
    for (int round = 0; round < 200; round++) {
      byte[] bytes = new byte[random.nextInt(4000)];
      random.nextBytes(bytes);
      for (int i = 0; i < bytes.length / 20; i++) {
        bytes[random.nextInt(bytes.length)] = '\n';
      }
      ByteArrayOutputStream file = new ByteArrayOutputStream();
      file.writeBytes(bytes);
      file.writeBytes("\n2016-10-06T00:17:09Z stdout F end\n".getBytes(StandardCharsets.US_ASCII));
      Files.write(log, file.toByteArray());
      assertThat(read(all()).out()).endsWith("end\n");
      assertThat(read(new LogQuery(true, true, false, false, false, 1, null, null)).out())
          .isEqualTo("end\n");
    }
  }

  @Test
  void aLineWithoutEndFillsNoMemory() throws Exception {
    byte[] block = new byte[1 << 20];
    java.util.Arrays.fill(block, (byte) 'x');
    try (FileChannel channel =
        FileChannel.open(log, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      for (int i = 0; i < 8; i++) {
        channel.write(java.nio.ByteBuffer.wrap(block));
      }
    }
    write("", "2016-10-06T00:17:09Z stdout F after");
    assertThat(read(all()).out()).isEqualTo("after\n");
  }
}
