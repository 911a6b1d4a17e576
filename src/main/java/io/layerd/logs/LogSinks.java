package io.layerd.logs;

import io.layerd.sys.Sys;
import java.io.IOException;

/** Opens what a logging driver sends to. */
final class LogSinks {
  private LogSinks() {}

  /**
   * @param connect fail if the receiver cannot be reached now; else it is tried with the first
   *     record
   */
  static LogSink open(LogSettings settings, boolean connect) throws IOException {
    LogSink sink =
        switch (settings.driver()) {
          case JOURNALD -> new JournaldSink(Sys.host(), JournaldSink.SOCKET, settings);
          case SYSLOG -> new SyslogSink(SyslogOptions.of(settings.options()), settings.tag());
          case FLUENTD -> new FluentdSink(FluentdOptions.of(settings.options()), settings);
          case GELF -> new GelfSink(GelfOptions.of(settings.options()), settings);
          case JSON_FILE, LOCAL, NONE ->
              throw new IllegalArgumentException(settings.driver().word());
        };
    if (connect) {
      try {
        sink.connect();
      } catch (IOException e) {
        sink.close();
        throw e;
      }
    }
    return sink;
  }
}
