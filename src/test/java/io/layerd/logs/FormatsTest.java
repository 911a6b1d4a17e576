package io.layerd.logs;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.layerd.logs.RecordFormat.Streams;
import io.layerd.logs.RecordFormat.Tail;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Both formats against what dockerd 28.5 wrote, and against their own reading forwards. */
class FormatsTest {
  private static final Instant TIME = Instant.parse("2026-11-25T09:28:24.211981618Z");
  private static final Streams BOTH = new Streams(true, true);

  @TempDir Path root;

  private static String encoded(RecordFormat format, LogRecord entry) {
    Bytes to = new Bytes(64);
    format.encode(entry, to);
    return to.toString(StandardCharsets.UTF_8);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  @Test
  void jsonIsDockerds() {
    RecordFormat json = new JsonFormat(Map.of());
    assertThat(
            encoded(
                json,
                new LogRecord(
                    TIME, 1, false, bytes("a\tb\u0001<&>\"\\ \u00e2\u0080\u00a8 \u00ff \r"))))
        .isEqualTo(
            "{\"log\":\"a\\u0009b\\u0001\\u003c\\u0026\\u003e\\\"\\\\ \\u2028 \\ufffd \\r\\n\","
                + "\"stream\":\"stdout\",\"time\":\"2026-11-25T09:28:24.211981618Z\"}\n");
    assertThat(
            encoded(
                json,
                new LogRecord(
                    Instant.parse("2026-11-25T09:28:24.04505900Z"),
                    2,
                    true,
                    bytes("\u00c3\u00a9\u007f"))))
        .isEqualTo(
            "{\"log\":\"é\u007f\",\"stream\":\"stderr\",\"time\":\"2026-11-25T09:28:24.045059Z\"}\n");
    assertThat(encoded(json, new LogRecord(Instant.ofEpochSecond(0), 1, false, new byte[0])))
        .isEqualTo("{\"log\":\"\\n\",\"stream\":\"stdout\",\"time\":\"1970-01-01T00:00:00Z\"}\n");
    assertThat(
            encoded(
                new JsonFormat(Map.of("tag", "t<", "X", "y", "a", "b")),
                new LogRecord(TIME, 1, false, bytes("hi"))))
        .isEqualTo(
            "{\"log\":\"hi\\n\",\"stream\":\"stdout\",\"attrs\":{\"X\":\"y\",\"a\":\"b\",\"tag\":\"t\\u003c\"},"
                + "\"time\":\"2026-11-25T09:28:24.211981618Z\"}\n");
  }

  @Test
  void whatIsNotUtf8IsReplacedByteByByte() {
    for (String wrong :
        List.of(
            "\u0080",
            "\u00c0\u00af",
            "\u00c3",
            "\u00e0\u0080\u0080",
            "\u00ed\u00a0\u0080",
            "\u00f4\u0090\u0080\u0080",
            "\u00e2\u0082")) {
      Bytes to = new Bytes(16);
      JsonText.quote(bytes(wrong), false, to);
      assertThat(to.toString(StandardCharsets.UTF_8))
          .isEqualTo("\"" + "\\ufffd".repeat(wrong.length()) + "\"");
    }
    for (String right : List.of("ü", "€", "😀", "\ud7ff", "\ue000")) {
      Bytes to = new Bytes(16);
      JsonText.quote(right.getBytes(StandardCharsets.UTF_8), false, to);
      assertThat(to.toString(StandardCharsets.UTF_8)).isEqualTo("\"" + right + "\"");
    }
  }

  @Test
  void localIsDockerds() throws IOException {
    // as dockerd wrote it: "ho" on standard error
    byte[] dockerds =
        HexFormat.of()
            .parseHex(
                "000000160a06737464657272" + "10a5fa91d08bf6cff518" + "1a02686f" + "00000016");
    Path file = Files.write(root.resolve("local"), dockerds);
    LocalFormat local = new LocalFormat();
    try (FileChannel channel = FileChannel.open(file)) {
      LogRecord entry = requireNonNull(local.reader(channel, 0).next());
      assertThat(entry.stream()).isEqualTo(2);
      assertThat(entry.partial()).isFalse();
      assertThat(entry.content()).isEqualTo(bytes("ho"));
      Bytes again = new Bytes(64);
      local.encode(entry, again);
      assertThat(again.toByteArray()).isEqualTo(dockerds);
    }
  }

  /** Random lines with junk between them, in both formats. */
  @Test
  void theTailAgreesWithReadingEverything() throws IOException {
    Random random = new Random(42);
    for (RecordFormat format : List.of(new JsonFormat(Map.of()), new LocalFormat())) {
      for (int round = 0; round < 60; round++) {
        Bytes file = new Bytes(1 << 16);
        List<String> lines = new ArrayList<>();
        StringBuilder[] open = {new StringBuilder(), new StringBuilder(), new StringBuilder()};
        int count = random.nextInt(40);
        for (int i = 0; i < count; i++) {
          if (format instanceof JsonFormat && random.nextInt(8) == 0) {
            file.ascii("junk " + i + "\n");
          }
          String content = "c".repeat(random.nextInt(random.nextInt(10) == 0 ? 70_000 : 20)) + i;
          boolean partial = i < count - 1 && random.nextInt(4) == 0;
          format.encode(new LogRecord(TIME, 1, partial, bytes(content)), file);
          open[1].append(content);
          if (!partial) {
            lines.add(open[1].toString());
            open[1].setLength(0);
          }
        }
        Path path = Files.write(root.resolve("log"), file.toByteArray());
        int tail = 1 + random.nextInt(45);
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
          Tail found = format.tail(channel, tail, BOTH);
          assertThat(read(format.reader(channel, found.offset())))
              .as("%s, round %d", format.getClass().getSimpleName(), round)
              .isEqualTo(lines.subList(Math.max(0, lines.size() - tail), lines.size()));
          assertThat(found.lines()).isEqualTo(Math.min(tail, lines.size()));
          assertThat(format.tail(channel, tail, new Streams(false, true)).lines()).isZero();
        }
      }
    }
  }

  private static List<String> read(RecordReader reader) throws IOException {
    List<String> lines = new ArrayList<>();
    StringBuilder open = new StringBuilder();
    for (LogRecord entry = reader.next(); entry != null; entry = reader.next()) {
      open.append(new String(entry.content(), StandardCharsets.UTF_8));
      if (!entry.partial()) {
        lines.add(open.toString());
        open.setLength(0);
      }
    }
    return lines;
  }

  @Test
  void anyBytesCanBeRead() throws IOException {
    Random random = new Random(7);
    for (RecordFormat format : List.of(new JsonFormat(Map.of()), new LocalFormat())) {
      for (int round = 0; round < 200; round++) {
        Bytes good = new Bytes(256);
        format.encode(new LogRecord(TIME, 1, false, bytes("first")), good);
        byte[] junk = new byte[random.nextInt(3000)];
        random.nextBytes(junk);
        Bytes all = new Bytes(4096);
        all.writeBytes(good.toByteArray());
        all.writeBytes(junk);
        Path path = Files.write(root.resolve("log"), all.toByteArray());
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
          assertThat(read(format.reader(channel, 0)).getFirst()).isEqualTo("first");
          assertThat(format.tail(channel, 3, BOTH).lines()).isBetween(0, 3);
        }
      }
    }
  }

  @Test
  void aLineWithoutEndFillsNoMemory() throws IOException {
    Path path = root.resolve("log");
    try (FileChannel channel =
        FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      java.nio.ByteBuffer block = java.nio.ByteBuffer.allocate(1 << 20);
      for (int i = 0; i < 8; i++) {
        channel.write(block.clear());
      }
    }
    Bytes after = new Bytes(64);
    new JsonFormat(Map.of()).encode(new LogRecord(TIME, 1, false, bytes("after")), after);
    Files.writeString(
        path, "\n" + after.toString(StandardCharsets.UTF_8), StandardOpenOption.APPEND);
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      assertThat(read(new JsonFormat(Map.of()).reader(channel, 0))).containsExactly("after");
    }
  }
}
