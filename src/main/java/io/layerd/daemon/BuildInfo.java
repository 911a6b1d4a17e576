package io.layerd.daemon;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;

/** Which build this is; the numbers are put in by Maven. */
record BuildInfo(String version, String commit, String time) {
  static BuildInfo load() {
    Properties properties = new Properties();
    try (InputStream in = BuildInfo.class.getResourceAsStream("build.properties")) {
      if (in != null) {
        properties.load(in);
      }
    } catch (IOException e) {
      throw new StartupFailure("cannot read the build's own properties: " + e.getMessage(), e);
    }
    return new BuildInfo(
        properties.getProperty("version", ""),
        properties.getProperty("commit", ""),
        properties.getProperty("time", ""));
  }
}
