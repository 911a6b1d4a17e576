package io.layerd.logs;

import io.layerd.sys.Sys;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.List;
import java.util.Locale;

/**
 * Sends to a syslog server: one datagram or line a record, in the BSD format or that of RFC 5424.
 */
final class SyslogSink extends WiredSink {
  private static final List<Path> LOCAL =
      List.of(Path.of("/dev/log"), Path.of("/var/run/syslog"), Path.of("/var/run/log"));
  private static final int ERROR = 3;
  private static final int INFO = 6;
  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("MMM ppd HH:mm:ss", Locale.US);
  private static final DateTimeFormatter SECONDS = zoned("uuuu-MM-dd'T'HH:mm:ss");
  private static final DateTimeFormatter MICROS = zoned("uuuu-MM-dd'T'HH:mm:ss.SSSSSS");

  private final SyslogOptions options;
  private final String tag;
  private final String host;

  SyslogSink(SyslogOptions options, String tag) {
    this.options = options;
    this.tag = tag;
    this.host = hostName();
  }

  /** RFC 3339: the offset from UTC comes last. */
  private static DateTimeFormatter zoned(String pattern) {
    return new DateTimeFormatterBuilder()
        .appendPattern(pattern)
        .appendOffsetId()
        .toFormatter(Locale.ROOT);
  }

  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (IOException e) {
      return "localhost";
    }
  }

  @Override
  Wire dial() throws IOException {
    return switch (options.scheme()) {
      case "" -> local();
      case "udp" -> Wire.udp(options.address());
      case "tcp" -> Wire.tcp(options.address());
      case "unixgram" -> Wire.unixDatagram(Sys.host(), options.target());
      default -> unix(options.target());
    };
  }

  private static Wire local() throws IOException {
    IOException failure = null;
    for (Path place : LOCAL) {
      if (Files.exists(place)) {
        try {
          return unix(place.toString());
        } catch (IOException e) {
          failure = e;
        }
      }
    }
    throw new IOException("Unix syslog delivery error", failure);
  }

  /** Servers listen for datagrams or for streams. */
  private static Wire unix(String path) throws IOException {
    try {
      return Wire.unixDatagram(Sys.host(), path);
    } catch (IOException e) {
      return Wire.unixStream(path);
    }
  }

  @Override
  byte[] message(LogRecord entry) {
    int priority = options.facility() << 3 | (entry.stream() == LogRecord.STDERR ? ERROR : INFO);
    long pid = ProcessHandle.current().pid();
    Instant when = entry.time();
    String head =
        switch (options.format()) {
          case UNIX -> "<%d>%s %s[%d]: ".formatted(priority, at(STAMP, when), tag, pid);
          case RFC3164 -> "<%d>%s %s %s[%d]: ".formatted(priority, at(STAMP, when), host, tag, pid);
          case RFC5424 ->
              "<%d>1 %s %s %s %d %s - ".formatted(priority, at(SECONDS, when), host, tag, pid, tag);
          case RFC5424_MICRO ->
              "<%d>1 %s %s %s %d %s - ".formatted(priority, at(MICROS, when), host, tag, pid, tag);
        };
    Bytes all = new Bytes(entry.content().length + 128);
    all.writeBytes(head.getBytes(StandardCharsets.UTF_8));
    all.writeBytes(entry.content());
    all.write('\n');
    return all.toByteArray();
  }

  private static String at(DateTimeFormatter form, Instant when) {
    return form.format(when.atZone(ZoneId.systemDefault()));
  }
}
