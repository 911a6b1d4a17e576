package io.layerd.logs;

import static org.assertj.core.api.Assertions.assertThat;

import io.layerd.spec.LogConfig;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What goes over the wire; a Unix datagram socket is held by a Python, since the JDK has none. */
class SinksTest {
  private static final String ID = "0123456789abcdef".repeat(4);

  /** Prints each datagram in hexadecimal, a line each. */
  private static final String SERVER =
      """
      import socket, sys
      s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
      s.bind(sys.argv[1])
      print("up", flush=True)
      for i in range(int(sys.argv[2])):
          print(s.recv(65536).hex(), flush=True)
      """;

  @TempDir Path root;

  private static LogSettings settings(String driver, Map<String, String> options) {
    return LogSettings.of(
        new LogConfig(driver, options),
        new LogSubject(
            ID,
            "box",
            "busybox",
            "sha256:" + ID,
            List.of("sh"),
            Map.of("com.ex-ample", "b"),
            List.of()));
  }

  private Process server(Path socket, int messages) throws IOException {
    Process server =
        new ProcessBuilder("python3", "-c", SERVER, socket.toString(), String.valueOf(messages))
            .start();
    assertThat(server.inputReader().readLine()).isEqualTo("up");
    return server;
  }

  private static String line(Process server) throws IOException {
    return new String(
        java.util.HexFormat.of().parseHex(server.inputReader().readLine()),
        StandardCharsets.ISO_8859_1);
  }

  @Test
  void journaldGetsDockerdsFields() throws IOException {
    Path socket = root.resolve("journal");
    Process server = server(socket, 2);
    try (JournaldSink sink =
        new JournaldSink(
            Sys.host(),
            socket,
            settings("journald", Map.of("labels", "com.ex-ample", "tag", "{{.Name}}-t")))) {
      sink.connect();
      Instant time = Instant.parse("2026-11-25T09:28:24.5Z");
      sink.send(new LogRecord(time, 1, false, "one\u0001".getBytes(StandardCharsets.UTF_8)));
      sink.send(new LogRecord(time, 2, true, "two".getBytes(StandardCharsets.UTF_8)));
      String first = line(server);
      assertThat(first)
          .startsWith("MESSAGE\n\4\0\0\0\0\0\0\0one\u0001\nPRIORITY\n\1\0\0\0\0\0\0\0006\n")
          .contains("SYSLOG_TIMESTAMP\n\26\0\0\0\0\0\0\0002026-11-25T09:28:24.5Z\n")
          .contains("CONTAINER_ID\n\14\0\0\0\0\0\0\0000123456789ab\n")
          .contains("CONTAINER_NAME\n\3\0\0\0\0\0\0\0box\n")
          .contains("CONTAINER_TAG\n\5\0\0\0\0\0\0\0box-t\n")
          .contains("COM_EX_AMPLE\n\1\0\0\0\0\0\0\0b\n")
          .doesNotContain("PARTIAL");
      assertThat(line(server))
          .contains("PRIORITY\n\1\0\0\0\0\0\0\0003\n")
          .contains("CONTAINER_PARTIAL_MESSAGE\n");
    } finally {
      server.destroy();
    }
  }

  @Test
  void aHostWithoutAJournal() {
    try (JournaldSink sink =
        new JournaldSink(Sys.host(), root.resolve("none"), settings("journald", Map.of()))) {
      org.assertj.core.api.Assertions.assertThatThrownBy(sink::connect)
          .hasMessage("journald is not enabled on this host");
    }
  }

  @Test
  void timesOfRfc5424HaveAnOffset() {
    LogRecord entry =
        new LogRecord(Instant.parse("2026-11-05T09:28:24.5Z"), 1, false, new byte[] {'x'});
    for (Map<String, String> format :
        List.of(Map.of("syslog-format", "rfc5424"), Map.of("syslog-format", "rfc5424micro"))) {
      try (SyslogSink sink = new SyslogSink(SyslogOptions.of(format), "t")) {
        String time = new String(sink.message(entry), StandardCharsets.US_ASCII).split(" ")[1];
        boolean micro = format.containsValue("rfc5424micro");
        assertThat(java.time.OffsetDateTime.parse(time).toInstant())
            .isEqualTo(micro ? entry.time() : Instant.parse("2026-11-05T09:28:24Z"));
        assertThat(time).matches(".*:24" + (micro ? "\\.500000" : "") + "(Z|[+-]\\d\\d:\\d\\d)");
      }
    }
  }

  @Test
  void syslogOverAUnixSocketThatComesBack() throws IOException {
    Path socket = root.resolve("log");
    LogSettings settings = settings("syslog", Map.of("syslog-address", "unixgram://" + socket));
    LogRecord entry =
        new LogRecord(
            Instant.parse("2026-11-05T09:28:24.5Z"),
            1,
            false,
            "one".getBytes(StandardCharsets.UTF_8));
    try (SyslogSink sink = new SyslogSink(SyslogOptions.of(settings.options()), settings.tag())) {
      Process server = server(socket, 1);
      sink.send(entry);
      assertThat(line(server)).matches("<30>Nov  [456] \\d\\d:28:24 0123456789ab\\[\\d+\\]: one\n");
      server.destroy();
      server.onExit().join();
      org.assertj.core.api.Assertions.assertThatThrownBy(() -> sink.send(entry))
          .isInstanceOf(IOException.class);
      Files.delete(socket);
      server = server(socket, 1);
      sink.send(entry);
      assertThat(line(server)).endsWith(": one\n");
      server.destroy();
    }
  }
}
