package io.layerd.logs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.layerd.spec.LogConfig;
import io.layerd.sys.Sys;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;
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
            "2026-11-25T09:28:20Z",
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
  void gelfOverDatagramsInEveryPacking() throws IOException {
    try (DatagramSocket server = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      server.setSoTimeout(10_000);
      String address = "udp://127.0.0.1:" + server.getLocalPort();
      for (String packing : List.of("gzip", "zlib", "none")) {
        LogSettings settings =
            settings(
                "gelf",
                Map.of(
                    "gelf-address",
                    address,
                    "gelf-compression-type",
                    packing,
                    "gelf-compression-level",
                    "9",
                    "labels",
                    "com.ex-ample"));
        try (LogSink sink = LogSinks.open(settings, true)) {
          Instant time = Instant.parse("2026-11-25T09:28:24.5Z");
          sink.send(new LogRecord(time, 1, false, new byte[0]));
          sink.send(new LogRecord(time, 2, false, "a<\"b".getBytes(StandardCharsets.UTF_8)));
          byte[] packet = packet(server);
          String json =
              new String(
                  switch (packing) {
                    case "gzip" ->
                        new GZIPInputStream(new ByteArrayInputStream(packet)).readAllBytes();
                    case "zlib" ->
                        new InflaterInputStream(new ByteArrayInputStream(packet)).readAllBytes();
                    default -> packet;
                  },
                  StandardCharsets.UTF_8);
          assertThat(json)
              .startsWith("{\"version\":\"1.1\",\"host\":\"")
              .endsWith(
                  ",\"short_message\":\"a\\u003c\\\"b\",\"timestamp\":1795598904.5,\"level\":3,"
                      + "\"_com.ex-ample\":\"b\",\"_command\":\"sh\",\"_container_id\":\""
                      + ID
                      + "\",\"_container_name\":\"box\",\"_created\":\"2026-11-25T09:28:20Z\","
                      + "\"_image_id\":\"sha256:"
                      + ID
                      + "\",\"_image_name\":\"busybox\",\"_tag\":\"0123456789ab\"}");
        }
      }
    }
  }

  @Test
  void gelfInChunks() throws IOException {
    try (DatagramSocket server = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      server.setSoTimeout(10_000);
      LogSettings settings =
          settings(
              "gelf",
              Map.of(
                  "gelf-address",
                  "udp://127.0.0.1:" + server.getLocalPort(),
                  "gelf-compression-type",
                  "none"));
      try (LogSink sink = LogSinks.open(settings, true)) {
        sink.send(new LogRecord(Instant.EPOCH, 1, false, "x".repeat(4000).getBytes("UTF-8")));
        StringBuilder all = new StringBuilder();
        byte[] first = packet(server);
        int count = first[11];
        assertThat(count).isEqualTo(4);
        for (int i = 0; i < count; i++) {
          byte[] chunk = i == 0 ? first : packet(server);
          assertThat(chunk).startsWith(0x1e, 0x0f).hasSizeLessThanOrEqualTo(1420);
          assertThat(Arrays.copyOfRange(chunk, 2, 10)).isEqualTo(Arrays.copyOfRange(first, 2, 10));
          assertThat(chunk[10]).isEqualTo((byte) i);
          all.append(new String(chunk, 12, chunk.length - 12, StandardCharsets.UTF_8));
        }
        assertThat(all).startsWith("{\"version\"").contains("x".repeat(4000)).endsWith("}");
      }
    }
  }

  private static byte[] packet(DatagramSocket server) throws IOException {
    DatagramPacket packet = new DatagramPacket(new byte[65536], 65536);
    server.receive(packet);
    return Arrays.copyOf(packet.getData(), packet.getLength());
  }

  @Test
  void optionsOfGelf() {
    String udp = "udp://127.0.0.1:1";
    String tcp = "tcp://127.0.0.1:1";
    for (List<String> wrong :
        List.of(
            List.of("tag", "x", "gelf-address is a required parameter"),
            List.of("gelf-address", "http://x:1", "gelf: endpoint needs to be TCP or UDP"),
            List.of(
                "gelf-address",
                "udp://x",
                "gelf: please provide gelf-address as proto://host:port"),
            List.of("nosuch", "1", "unknown log opt \"nosuch\" for gelf log driver"))) {
      assertThatThrownBy(
              () -> LogSettings.check(new LogConfig("gelf", Map.of(wrong.get(0), wrong.get(1)))))
          .hasMessage(wrong.get(2));
    }
    for (List<String> wrong :
        List.of(
            List.of(udp, "gelf-compression-type", "foo", "unknown value \"foo\" for log opt"),
            List.of(udp, "gelf-compression-level", "10", "unknown value \"10\" for log opt"),
            List.of(tcp, "gelf-compression-type", "none", "compression is only supported on UDP"),
            List.of(udp, "gelf-tcp-max-reconnect", "1", "is only valid for TCP"),
            List.of(tcp, "gelf-tcp-reconnect-delay", "-1", "must be a positive integer"))) {
      assertThatThrownBy(
              () ->
                  LogSettings.check(
                      new LogConfig(
                          "gelf",
                          Map.of("gelf-address", wrong.get(0), wrong.get(1), wrong.get(2)))))
          .hasMessageContaining(wrong.get(3));
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
