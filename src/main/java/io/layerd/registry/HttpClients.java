package io.layerd.registry;

import io.layerd.error.SystemFailure;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;

/**
 * One HTTP client for each way of trusting: the system's authorities, none at all, and one for each
 * host with certificates of its own. HTTP/1.1, as dockerd speaks to registries: every layer has its
 * connection, and ending a transfer ends that connection.
 */
final class HttpClients {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(30);

  private record Mode(boolean verified, String host, String stamp) {}

  private final Map<Mode, HttpClient> clients = new ConcurrentHashMap<>();
  private final Proxies proxies;

  HttpClients(Proxies proxies) {
    this.proxies = proxies;
  }

  HttpClient get(boolean verified, String host, Path certsDirectory) {
    HostCertificates certificates = HostCertificates.read(certsDirectory.resolve(host));
    boolean own = certificates != HostCertificates.NONE;
    Mode mode = new Mode(verified, own ? host : "", certificates.stamp());
    return clients.computeIfAbsent(mode, wanted -> create(wanted.verified(), certificates));
  }

  private HttpClient create(boolean verified, HostCertificates certificates) {
    try {
      TrustManager[] trust =
          verified ? Trust.systemAnd(certificates.authorities()) : Trust.everything();
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(certificates.keyManagers(), trust, null);
      return HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .followRedirects(HttpClient.Redirect.NEVER)
          .connectTimeout(CONNECT_TIMEOUT)
          .proxy(proxies)
          .sslContext(context)
          .build();
    } catch (GeneralSecurityException | IOException e) {
      throw new SystemFailure("cannot set up TLS for registries: " + e.getMessage(), e);
    }
  }
}
