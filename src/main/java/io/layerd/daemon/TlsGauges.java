package io.layerd.daemon;

import io.layerd.certs.Expiry;
import io.layerd.daemon.tls.ServerTls;
import io.layerd.metrics.Metrics;
import java.util.Map;
import java.util.TreeMap;

/** When what the API's TLS is made of runs out, for whoever wants to be woken before. */
final class TlsGauges {
  private TlsGauges() {}

  static void add(Metrics metrics, ServerTls tls) {
    metrics.gauges(
        "layerd_tls_expiry_timestamp_seconds",
        "When a part of the API's TLS runs out, in seconds since 1970",
        "part",
        () -> {
          Map<String, Long> ends = new TreeMap<>();
          for (Expiry expiry : tls.expiries()) {
            ends.put(expiry.role().words() + " " + expiry.name(), expiry.at().getEpochSecond());
          }
          return ends;
        });
  }
}
