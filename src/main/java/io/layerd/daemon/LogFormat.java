package io.layerd.daemon;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.jboss.logmanager.ExtFormatter;
import org.jboss.logmanager.ExtHandler;
import org.jboss.logmanager.ExtLogRecord;

/** Log lines as dockerd writes them: {@code time="..." level=info msg="..."}. */
final class LogFormat extends ExtFormatter {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.nnnnnnnnnXXX");

  /** Gives the format to a handler and those behind it. */
  static void install(Handler[] handlers) {
    for (Handler handler : handlers) {
      install(handler);
    }
  }

  private static void install(Handler handler) {
    handler.setFormatter(new LogFormat());
    if (handler instanceof ExtHandler ext) {
      for (Handler inner : ext.getHandlers()) {
        install(inner);
      }
    }
  }

  @Override
  public String format(ExtLogRecord record) {
    StringBuilder line = new StringBuilder();
    line.append("time=\"")
        .append(TIME.format(ZonedDateTime.ofInstant(record.getInstant(), ZoneId.systemDefault())))
        .append("\" level=")
        .append(level(record.getLevel()))
        .append(" msg=")
        .append(quote(message(record)));
    Throwable thrown = record.getThrown();
    if (thrown != null) {
      StringWriter trace = new StringWriter();
      thrown.printStackTrace(new PrintWriter(trace));
      line.append(" error=").append(quote(trace.toString().stripTrailing()));
    }
    return line.append('\n').toString();
  }

  private String message(ExtLogRecord record) {
    String text = formatMessage((LogRecord) record);
    return text == null ? "" : text;
  }

  private static String level(Level level) {
    int value = level.intValue();
    if (value >= Level.SEVERE.intValue()) {
      return value > Level.SEVERE.intValue() ? "fatal" : "error";
    }
    if (value >= Level.WARNING.intValue()) {
      return "warning";
    }
    return value >= Level.INFO.intValue() ? "info" : "debug";
  }

  private static String quote(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> quoted.append("\\\"");
        case '\\' -> quoted.append("\\\\");
        case '\n' -> quoted.append("\\n");
        case '\r' -> quoted.append("\\r");
        case '\t' -> quoted.append("\\t");
        default -> {
          if (c < 0x20) {
            quoted.append("\\x%02x".formatted((int) c));
          } else {
            quoted.append(c);
          }
        }
      }
    }
    return quoted.append('"').toString();
  }
}
