package io.layerd.logs;

import io.layerd.error.InvalidParameter;
import java.util.Map;

/** What dockerd checks of the options of drivers that send when a container is made. */
final class SinkOptions {
  private SinkOptions() {}

  /**
   * @throws InvalidParameter in dockerd's words
   */
  static void check(LogDriver driver, Map<String, String> options) {
    try {
      if (driver == LogDriver.SYSLOG) {
        SyslogOptions.of(options);
      } else if (driver == LogDriver.FLUENTD) {
        FluentdOptions.of(options);
      } else if (driver == LogDriver.GELF) {
        GelfOptions.of(options);
      }
    } catch (IllegalArgumentException e) {
      throw new InvalidParameter(String.valueOf(e.getMessage()), e);
    }
  }
}
