package io.layerd.runtime;

import io.layerd.spec.HostConfig;
import io.layerd.spec.SpecJson;

/** HostConfigs as a client writes them, with single quotes. */
final class Hosts {
  private Hosts() {}

  static HostConfig of(String json) {
    try {
      return SpecJson.MAPPER.readValue(json.replace('\'', '"'), HostConfig.class);
    } catch (java.io.IOException e) {
      throw new AssertionError(e);
    }
  }
}
