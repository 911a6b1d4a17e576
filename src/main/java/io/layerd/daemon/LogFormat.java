package io.layerd.daemon;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.layerd.spec.SpecJson;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.TreeMap;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.regex.Pattern;
import org.jboss.logmanager.ExtFormatter;
import org.jboss.logmanager.ExtHandler;
import org.jboss.logmanager.ExtLogRecord;

/**
 * Log lines as dockerd writes them: {@code time="..." level=info msg="..."}, or a JSON object with
 * its fields in alphabetical order.
 */
final class LogFormat extends ExtFormatter {
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9._/@^+-]+");
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.nnnnnnnnnXXX");

  private final boolean json;

  LogFormat(boolean json) {
    this.json = json;
  }

  /** Gives the format, {@code json} or another name for text, to handlers and those behind them. */
  static void install(Handler[] handlers, String format) {
    for (Handler handler : handlers) {
      handler.setFormatter(new LogFormat(format.equals("json")));
      if (handler instanceof ExtHandler ext) {
        install(ext.getHandlers(), format);
      }
    }
  }

  @Override
  public String format(ExtLogRecord record) {
    // what somebody put there by name, such as the host a warning is about
    Map<String, String> fields = new TreeMap<>(record.getMdcCopy());
    Throwable thrown = record.getThrown();
    if (thrown != null) {
      StringWriter trace = new StringWriter();
      thrown.printStackTrace(new PrintWriter(trace));
      fields.put("error", trace.toString().stripTrailing());
    }
    String time = TIME.format(ZonedDateTime.ofInstant(record.getInstant(), ZoneId.systemDefault()));
    String level = level(record.getLevel());
    return (json
            ? object(time, level, message(record), fields)
            : line(time, level, message(record), fields))
        + "\n";
  }

  private static String line(
      String time, String level, String message, Map<String, String> fields) {
    StringBuilder line = new StringBuilder();
    line.append("time=").append(quote(time));
    line.append(" level=").append(level).append(" msg=").append(quote(message));
    fields.forEach((name, value) -> line.append(' ').append(name).append('=').append(word(value)));
    return line.toString();
  }

  private static String object(
      String time, String level, String message, Map<String, String> fields) {
    Map<String, String> all = new TreeMap<>(fields);
    all.put("time", time);
    all.put("level", level);
    all.put("msg", message);
    try {
      return SpecJson.MAPPER.writeValueAsString(all);
    } catch (JsonProcessingException e) {
      return quote(message);
    }
  }

  /** Quoted only where it has to be. */
  private static String word(String text) {
    return PLAIN.matcher(text).matches() ? text : quote(text);
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
