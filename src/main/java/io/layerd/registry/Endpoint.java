package io.layerd.registry;

import io.layerd.oci.Reference;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/**
 * One place a repository may be fetched from.
 *
 * @param base scheme, host and port
 * @param verified whether its certificate must be good
 * @param mirror whether it stands in for Docker Hub; it is not given Hub's credentials
 */
record Endpoint(URI base, boolean verified, boolean mirror) {
  private static final String HUB_HOST = "registry-1.docker.io";

  /** Where to look for a repository, in order: mirrors of Hub, HTTPS, then HTTP if allowed. */
  static List<Endpoint> of(String domain, RegistrySettings settings) {
    List<Endpoint> endpoints = new ArrayList<>();
    if (domain.equals(Reference.HUB)) {
      for (URI mirror : settings.mirrors()) {
        String host = mirror.getRawAuthority();
        boolean insecure = InsecureHosts.contains(settings.insecureRegistries(), host);
        endpoints.add(new Endpoint(trimmed(mirror), !insecure, true));
      }
      endpoints.add(new Endpoint(URI.create("https://" + HUB_HOST), true, false));
      return endpoints;
    }
    boolean insecure = InsecureHosts.contains(settings.insecureRegistries(), domain);
    endpoints.add(new Endpoint(URI.create("https://" + domain), !insecure, false));
    if (insecure) {
      endpoints.add(new Endpoint(URI.create("http://" + domain), false, false));
    }
    return endpoints;
  }

  private static URI trimmed(URI mirror) {
    String text = mirror.toString();
    return text.endsWith("/") ? URI.create(text.substring(0, text.length() - 1)) : mirror;
  }

  /** Whether it is spoken to without TLS. */
  boolean plain() {
    return "http".equals(base.getScheme());
  }

  /** A URL below {@code /v2/}. */
  URI v2(String path) {
    return URI.create(base + "/v2/" + path);
  }

  /** Host and port, as directories of {@code certs.d} are named. */
  String host() {
    return base.getRawAuthority();
  }
}
