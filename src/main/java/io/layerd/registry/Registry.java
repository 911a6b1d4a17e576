package io.layerd.registry;

import io.layerd.oci.Reference;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** All registries: knows where a repository may be found and shares connections and tokens. */
public final class Registry {
  private static final Duration PROBE_TIMEOUT = Duration.ofSeconds(5);

  private final RegistryOptions options;
  private final Proxies proxies = new Proxies(System.getenv());
  private final HttpClients clients = new HttpClients(proxies);
  private final Tokens tokens = new Tokens();

  /** Insecure hosts that last answered over plain HTTP: asked that way first. */
  private final Set<String> plainHosts = ConcurrentHashMap.newKeySet();

  public Registry(RegistryOptions options) {
    this.options = options;
  }

  /** The endpoints of a repository, in the order to try them. Nothing is asked yet. */
  public List<Repository> repositories(Reference reference, RegistryCredentials credentials) {
    RegistrySettings settings = options.get();
    List<Endpoint> endpoints = new ArrayList<>(Endpoint.of(reference.domain(), settings));
    if (plainHosts.contains(reference.domain()) && endpoints.getLast().plain()) {
      endpoints.addFirst(endpoints.getLast());
    }
    return endpoints.stream()
        .map(endpoint -> repository(endpoint, reference, credentials, settings))
        .toList();
  }

  /**
   * Checks credentials with a registry, as {@code docker login} does.
   *
   * @param server host with or without scheme and path; empty is Docker Hub
   * @throws io.layerd.error.SystemFailure in dockerd's words if it refuses them or is not there
   */
  public void login(String server, RegistryCredentials credentials) {
    RegistrySettings settings = options.get();
    List<Endpoint> endpoints =
        Endpoint.of(Login.domain(server), settings).stream()
            .filter(endpoint -> !endpoint.mirror())
            .toList();
    for (Endpoint endpoint : endpoints) {
      Session session = session(endpoint, "", credentials, settings);
      if (Login.check(endpoint, session, endpoint.equals(endpoints.getLast()))) {
        return;
      }
    }
  }

  private Repository repository(
      Endpoint endpoint,
      Reference reference,
      RegistryCredentials credentials,
      RegistrySettings settings) {
    Session session =
        session(endpoint, "repository:" + reference.path() + ":pull", credentials, settings);
    return new Repository(endpoint, reference, session, settings, this::connected);
  }

  private Session session(
      Endpoint endpoint, String scope, RegistryCredentials credentials, RegistrySettings settings) {
    HttpClient client =
        clients.get(endpoint.verified(), endpoint.host(), settings.certsDirectory());
    // A plain HTTP server may wait for ever for the end of what is a TLS greeting.
    Duration patience =
        endpoint.verified() || endpoint.plain()
            ? settings.stallTimeout()
            : shorter(settings.stallTimeout());
    Transport transport = new Transport(client, proxies, settings.stallTimeout());
    return new Session(
        endpoint, scope, transport, new Transport(client, proxies, patience), tokens, credentials);
  }

  private static Duration shorter(Duration stall) {
    return stall.compareTo(PROBE_TIMEOUT) < 0 ? stall : PROBE_TIMEOUT;
  }

  private void connected(Endpoint endpoint) {
    if (endpoint.plain()) {
      plainHosts.add(endpoint.host());
    } else {
      plainHosts.remove(endpoint.host());
    }
  }
}
