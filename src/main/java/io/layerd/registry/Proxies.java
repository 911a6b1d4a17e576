package io.layerd.registry;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The proxy that {@code HTTP_PROXY}, {@code HTTPS_PROXY} and {@code NO_PROXY} ask for, by the rules
 * of Go's net/http: either case, loopback is never proxied.
 */
final class Proxies extends ProxySelector {
  private final Map<String, String> environment;

  Proxies(Map<String, String> environment) {
    this.environment = environment;
    if (find("https") instanceof URI proxy && proxy.getRawUserInfo() != null) {
      // The JDK forbids Basic in CONNECT by default; whoever writes it into the URL wants it.
      System.setProperty("jdk.http.auth.tunneling.disabledSchemes", "");
    }
  }

  @Override
  public List<Proxy> select(URI uri) {
    URI proxy = proxyFor(uri);
    if (proxy == null) {
      return List.of(Proxy.NO_PROXY);
    }
    int port = proxy.getPort() > 0 ? proxy.getPort() : "https".equals(proxy.getScheme()) ? 443 : 80;
    return List.of(new Proxy(Proxy.Type.HTTP, new InetSocketAddress(proxy.getHost(), port)));
  }

  @Override
  public void connectFailed(URI uri, SocketAddress address, IOException e) {}

  /** The {@code Proxy-Authorization} for a request, if its proxy wants one. */
  @Nullable String authorization(URI uri) {
    URI proxy = proxyFor(uri);
    if (proxy == null || proxy.getUserInfo() == null) {
      return null;
    }
    byte[] user = proxy.getUserInfo().getBytes(StandardCharsets.UTF_8);
    return "Basic " + Base64.getEncoder().encodeToString(user);
  }

  private @Nullable URI proxyFor(URI uri) {
    String host = uri.getHost();
    if (host == null || isLoopback(host) || excluded(host, uri.getPort())) {
      return null;
    }
    return find(uri.getScheme());
  }

  private @Nullable URI find(String scheme) {
    String value = value(scheme + "_proxy");
    if (value.isEmpty()) {
      return null;
    }
    URI uri = URI.create(value.contains("://") ? value : "http://" + value);
    return uri.getHost() == null ? null : uri;
  }

  private String value(String name) {
    String upper = environment.get(name.toUpperCase(Locale.ROOT));
    if (upper != null && !upper.isEmpty()) {
      return upper.strip();
    }
    return environment.getOrDefault(name, "").strip();
  }

  private static boolean isLoopback(String host) {
    return host.equals("localhost") || host.startsWith("127.") || host.equals("[::1]");
  }

  private boolean excluded(String host, int port) {
    for (String entry : value("no_proxy").split(",", -1)) {
      String rule = entry.strip().toLowerCase(Locale.ROOT);
      if (rule.equals("*")) {
        return true;
      }
      int colon = rule.indexOf(':');
      if (colon > 0 && rule.indexOf(':', colon + 1) < 0) {
        if (!rule.substring(colon + 1).equals(Integer.toString(port))) {
          continue;
        }
        rule = rule.substring(0, colon);
      }
      if (rule.isEmpty()) {
        continue;
      }
      if (Cidr.isBlock(rule) ? Cidr.parse(rule).containsLiteral(host) : nameFits(rule, host)) {
        return true;
      }
    }
    return false;
  }

  private static boolean nameFits(String rule, String host) {
    String suffix = rule.startsWith("*.") ? rule.substring(1) : rule;
    String name = host.toLowerCase(Locale.ROOT);
    return suffix.startsWith(".")
        ? name.endsWith(suffix)
        : name.equals(suffix) || name.endsWith("." + suffix);
  }
}
