package io.layerd.logs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.layerd.logs.LogCursor.Range;
import io.layerd.spec.LogConfig;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogShippingTest {
  private static final String ID = "0123456789abcdef".repeat(4);

  @TempDir Path root;

  private static LogSettings settings(String driver, Map<String, String> options) {
    return LogSettings.of(
        new LogConfig(driver, options),
        new LogSubject(
            ID,
            "box",
            "busybox",
            "sha256:" + ID,
            "",
            List.of("sh"),
            Map.of("a", "b"),
            List.of("X=y")));
  }

  private void monitor(String... lines) throws IOException {
    StringBuilder all = new StringBuilder();
    for (String line : lines) {
      all.append(line).append('\n');
    }
    Files.writeString(
        LogShipper.spool(root),
        all,
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND,
        StandardOpenOption.WRITE);
  }

  private static String full(int number) {
    return "2026-11-25T09:28:24.000000001Z stdout F line " + number;
  }

  private LogShipper shipper(LogSettings settings, LogFiles files) throws IOException {
    return new LogShipper(Sys.host(), root, settings, files, null);
  }

  private LogFiles files(LogSettings settings) {
    return new LogFiles(root.resolve("x-json.log"), settings.rotation());
  }

  private static List<String> read(LogFiles files, LogSettings settings, int tail)
      throws IOException {
    List<String> lines = new ArrayList<>();
    try (LogCursor cursor =
        LogCursor.open(files, settings.format(), new Range(tail, true, true, null))) {
      drain(cursor, lines);
    }
    return lines;
  }

  private static void drain(LogCursor cursor, List<String> to) throws IOException {
    for (LogRecord entry = cursor.next(); entry != null; entry = cursor.next()) {
      to.add(new String(entry.content(), StandardCharsets.UTF_8));
    }
  }

  private static List<String> lines(int from, int to) {
    List<String> lines = new ArrayList<>();
    for (int i = from; i < to; i++) {
      lines.add("line " + i);
    }
    return lines;
  }

  /**
   * The daemon ends anywhere, also between writing to the log and noting that; lines come on
   * meanwhile.
   */
  @Test
  void everyLineComesOnceWhateverBecomesOfTheDaemon() throws IOException {
    Random random = new Random(5);
    for (Map<String, String> options :
        List.of(
            Map.<String, String>of(),
            Map.of("max-size", "1k", "max-file", "500"),
            Map.of("max-size", "1k", "max-file", "500", "compress", "true"))) {
      LogSettings settings = settings("json-file", options);
      Files.deleteIfExists(root.resolve("ctr.log.position"));
      for (Path old : logs()) {
        Files.delete(old);
      }
      int written = 0;
      for (int daemon = 0; daemon < 40; daemon++) {
        LogFiles files = files(settings);
        LogShipper shipper = shipper(settings, files);
        for (int turn = random.nextInt(3); turn >= 0; turn--) {
          int count = random.nextInt(30);
          for (int i = 0; i < count; i++) {
            monitor(full(written++));
          }
          shipper.ship();
        }
        if (random.nextBoolean() && Files.exists(LogShipper.spool(root))) {
          // Written, and not noted.
          Path position = root.resolve("ctr.log.position");
          byte[] noted = Files.exists(position) ? Files.readAllBytes(position) : new byte[0];
          monitor(full(written++), full(written++));
          if (options.isEmpty()) {
            shipper.ship();
            Files.write(position, noted);
          }
        }
        shipper.close();
        if (options.isEmpty() && random.nextBoolean()) {
          Files.writeString(root.resolve("x-json.log"), "{\"log\":\"to", StandardOpenOption.APPEND);
        }
      }
      LogFiles files = files(settings);
      LogShipper last = shipper(settings, files);
      last.end();
      assertThat(read(files, settings, -1)).as("%s", options).isEqualTo(lines(0, written));
      assertThat(read(files, settings, 7)).as("%s", options).isEqualTo(lines(written - 7, written));
      assertThat(read(files, settings, 60))
          .as("%s", options)
          .isEqualTo(lines(written - 60, written));
      assertThat(LogShipper.spool(root)).doesNotExist();
      assertThat(root.resolve("ctr.log.position")).doesNotExist();
    }
  }

  private List<Path> logs() throws IOException {
    try (var all = Files.list(root)) {
      return all.filter(file -> file.getFileName().toString().startsWith("x-json.log")).toList();
    }
  }

  @Test
  void aReaderFollowsAcrossRotations() throws IOException {
    LogSettings settings =
        settings("json-file", Map.of("max-size", "500", "max-file", "3", "compress", "true"));
    LogFiles files = files(settings);
    LogShipper shipper = shipper(settings, files);
    monitor(full(0));
    shipper.ship();
    List<String> seen = new ArrayList<>();
    try (LogCursor cursor =
        LogCursor.open(files, settings.format(), new Range(-1, true, true, null))) {
      for (int i = 1; i < 100; i++) {
        monitor(full(i));
        shipper.ship();
        if (i % 9 == 0) {
          drain(cursor, seen);
        }
      }
      drain(cursor, seen);
    }
    assertThat(seen).isEqualTo(lines(0, 100));
    shipper.end();
    assertThat(logs()).hasSize(3);
    List<String> kept = read(files, settings, -1);
    assertThat(kept).isEqualTo(lines(100 - kept.size(), 100));
  }

  @Test
  void oneFileOfALimitedSizeIsBegunAnew() throws IOException {
    LogSettings settings = settings("json-file", Map.of("max-size", "500"));
    LogFiles files = files(settings);
    LogShipper shipper = shipper(settings, files);
    for (int i = 0; i < 100; i++) {
      monitor(full(i));
    }
    shipper.end();
    assertThat(logs()).hasSize(1);
    assertThat(Files.size(root.resolve("x-json.log"))).isLessThan(600);
    assertThat(read(files, settings, -1)).endsWith("line 98", "line 99");
  }

  @Test
  void longLinesComeInPiecesOf16KiB() throws IOException {
    LogSettings settings = settings("json-file", Map.of());
    LogFiles files = files(settings);
    LogShipper shipper = shipper(settings, files);
    for (int i = 0; i < 5; i++) {
      monitor(
          "2026-11-25T09:28:24Z stdout P " + "x".repeat(8000),
          "2026-11-25T09:28:24Z stderr F between " + i);
    }
    monitor("2026-11-25T09:28:24Z stdout F ");
    shipper.end();
    List<String> all = read(files, settings, -1);
    assertThat(all.stream().filter(line -> line.startsWith("x")).map(String::length))
        .containsExactly(16384, 16384, 40000 - 2 * 16384);
    assertThat(all).contains("between 0", "between 4");
  }

  /** The spool of a container that writes for ever stays small. */
  @Test
  void whatWasShippedGivesItsSpaceBack() throws IOException {
    LogSettings settings = settings("json-file", Map.of("max-size", "100k"));
    LogFiles files = files(settings);
    LogShipper shipper = shipper(settings, files);
    String[] many = new String[2000];
    java.util.Arrays.fill(many, full(1) + "y".repeat(1000));
    for (int i = 0; i < 4; i++) {
      monitor(many);
      shipper.ship();
    }
    Path spool = LogShipper.spool(root);
    assertThat(Files.size(spool)).isGreaterThan(8_000_000);
    assertThat(((Number) Files.getAttribute(spool, "unix:ino")).longValue()).isPositive();
    String blocks = blocks(spool);
    assertThat(Long.parseLong(blocks) * 512).isLessThan(2_500_000);
    shipper.close();
  }

  private static String blocks(Path file) throws IOException {
    Process stat = new ProcessBuilder("stat", "-c", "%b", file.toString()).start();
    return new String(stat.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
  }

  /** A log that cannot be written costs the container nothing, and loses nothing once it can. */
  @Test
  void waitsWhileTheLogCannotBeWritten() throws IOException {
    LogSettings settings = settings("json-file", Map.of());
    LogFiles files = files(settings);
    LogShipper shipper = shipper(settings, files);
    files.close();
    monitor(full(0), full(1));
    assertThat(shipper.tryShip()).isFalse();
    monitor(full(2));
    assertThat(shipper.tryShip()).isFalse();
    files.open();
    assertThat(shipper.tryShip()).isTrue();
    shipper.end();
    assertThat(read(files, settings, -1)).isEqualTo(lines(0, 3));
  }

  @Test
  void aReceiverThatComesBackGetsEverythingOrWhatTheBufferHolds() throws IOException {
    for (boolean blocking : new boolean[] {true, false}) {
      Files.deleteIfExists(root.resolve("ctr.log.position"));
      LogSettings settings =
          settings(
              "fluentd",
              blocking ? Map.of() : Map.of("mode", "non-blocking", "max-buffer-size", "100b"));
      List<String> sent = new ArrayList<>();
      boolean[] down = {true};
      LogSink sink =
          new LogSink() {
            @Override
            public void connect() {}

            @Override
            public void send(LogRecord entry) throws IOException {
              if (down[0]) {
                throw new IOException("down");
              }
              sent.add(new String(entry.content(), StandardCharsets.UTF_8));
            }

            @Override
            public void close() {}
          };
      LogShipper shipper = new LogShipper(Sys.host(), root, settings, null, sink);
      for (int i = 0; i < 20; i++) {
        monitor(full(i));
      }
      assertThat(shipper.tryShip()).isFalse();
      down[0] = false;
      monitor(full(20));
      assertThat(shipper.tryShip()).isTrue();
      shipper.end();
      assertThat(sent).isEqualTo(blocking ? lines(0, 21) : lines(20, 21));
    }
  }

  @Test
  void sinceLeavesOlderFilesOut() throws IOException {
    LogSettings settings = settings("json-file", Map.of("max-size", "500", "max-file", "9"));
    LogFiles files = files(settings);
    LogShipper shipper = shipper(settings, files);
    for (int i = 0; i < 30; i++) {
      monitor(full(i));
    }
    shipper.end();
    for (Path old : logs()) {
      if (!old.equals(root.resolve("x-json.log"))) {
        Files.setLastModifiedTime(
            old, java.nio.file.attribute.FileTime.from(Instant.parse("2020-01-01T00:00:00Z")));
      }
    }
    List<String> lines = new ArrayList<>();
    Range range = new Range(-1, true, true, Instant.parse("2021-01-01T00:00:00Z"));
    try (LogCursor cursor = LogCursor.open(files, settings.format(), range)) {
      drain(cursor, lines);
    }
    assertThat(lines).hasSizeLessThan(8).endsWith("line 29");
  }

  @Test
  void optionsInDockerdsWords() {
    assertThatThrownBy(() -> LogSettings.check(new LogConfig("nosuch", Map.of())))
        .hasMessage("error looking up logging plugin nosuch: plugin \"nosuch\" not found");
    assertThatThrownBy(() -> LogSettings.check(new LogConfig("", Map.of("foo", "bar"))))
        .hasMessage("unknown log opt 'foo' for json-file log driver");
    assertThatThrownBy(() -> LogSettings.check(new LogConfig("local", Map.of("labels", "a"))))
        .hasMessage("unknown log opt 'labels' for log driver local");
    assertThatThrownBy(() -> LogSettings.check(new LogConfig("json-file", Map.of("mode", "foo"))))
        .hasMessage("logger: logging mode not supported: foo");
    assertThatThrownBy(
            () -> LogSettings.check(new LogConfig("syslog", Map.of("syslog-address", "x://y"))))
        .hasMessage("unsupported scheme: 'x'");
    assertThatThrownBy(
            () -> LogSettings.check(new LogConfig("fluentd", Map.of("fluentd-address", "x://y"))))
        .hasMessage("invalid fluentd-address (x://y): unsupported scheme: 'x'");
    String prefix = "failed to create task for container: failed to initialize logging driver: ";
    assertThatThrownBy(() -> settings("", Map.of("max-size", "abc")))
        .hasMessage(prefix + "invalid size: 'abc'");
    assertThatThrownBy(() -> settings("", Map.of("max-file", "0")))
        .hasMessage(prefix + "max-file cannot be less than 1");
    assertThatThrownBy(() -> settings("", Map.of("compress", "true", "max-file", "2")))
        .hasMessage(
            prefix + "compress cannot be true when max-file is less than 2 or max-size is not set");
    assertThatThrownBy(() -> settings("local", Map.of("max-file", "1")))
        .hasMessage(prefix + "compression cannot be enabled when max file count is 1");
    assertThatThrownBy(() -> settings("", Map.of("tag", "{{.Foo}}")))
        .hasMessage(
            prefix
                + "template: log-tag:1:2: executing \"log-tag\" at <.Foo>: can't evaluate field Foo in type *logger.Info");
    assertThat(
            settings("", Map.of("labels", "a", "env-regex", "^X$", "tag", "{{.Name}}/{{.ID}}"))
                .attributes())
        .isEqualTo(Map.of("a", "b", "X", "y", "tag", "box/0123456789ab"));
    assertThat(settings("", Map.of("max-size", "1.5k")).rotation().mostBytes()).isEqualTo(1500);
  }
}
