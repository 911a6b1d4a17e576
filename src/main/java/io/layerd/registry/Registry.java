package io.layerd.registry;

import io.layerd.error.SystemFailure;
import io.layerd.oci.Reference;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** All registries: knows where a repository may be found and shares connections and tokens. */
public final class Registry {
  private static final Duration PROBE_TIMEOUT = Duration.ofSeconds(5);

  private final RegistryOptions options;
  private final Proxies proxies;
  private final HttpClients clients;
  private final Tokens tokens = new Tokens();

  /** Insecure hosts that last answered over plain HTTP: asked that way first. */
  private final Set<String> plainHosts = ConcurrentHashMap.newKeySet();

  public Registry(RegistryOptions options) {
    this.options = options;
    Map<String, String> variables = new HashMap<>(System.getenv());
    variables.putAll(options.get().proxies());
    this.proxies = new Proxies(variables);
    this.clients = new HttpClients(proxies);
  }

  /** The endpoints of a repository, in the order to try them. Nothing is asked yet. */
  public List<Repository> repositories(Reference reference, RegistryCredentials credentials) {
    RegistrySettings settings = options.get();
    return endpoints(reference, settings).stream()
        .map(endpoint -> repository(endpoint, reference, credentials, settings))
        .toList();
  }

  private List<Endpoint> endpoints(Reference reference, RegistrySettings settings) {
    List<Endpoint> endpoints = new ArrayList<>(Endpoint.of(reference.domain(), settings));
    if (plainHosts.contains(reference.domain()) && endpoints.getLast().plain()) {
      endpoints.addFirst(endpoints.getLast());
    }
    return endpoints;
  }

  /** The endpoints to push to, in the order to try them; mirrors are only read from. */
  public List<PushRepository> pushRepositories(
      Reference reference, RegistryCredentials credentials) {
    RegistrySettings settings = options.get();
    String scope = "repository:" + reference.path() + ":pull,push";
    return endpoints(reference, settings).stream()
        .filter(endpoint -> !endpoint.mirror())
        .map(
            endpoint ->
                new PushRepository(
                    endpoint,
                    reference,
                    session(endpoint, scope, credentials, settings),
                    this::connected))
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

  /**
   * Searches for repositories, where the registry offers that.
   *
   * @param term what to look for; a host before the first slash says where
   */
  public List<SearchResult> search(String term, int limit, RegistryCredentials credentials) {
    RegistrySettings settings = options.get();
    return new IndexSearch(
            endpoint ->
                new Transport(
                    clients.get(endpoint.verified(), endpoint.host(), settings.certsDirectory()),
                    proxies,
                    settings.stallTimeout()),
            settings)
        .run(term, limit, credentials);
  }

  /**
   * Fetches a file that is no registry's, over HTTP or HTTPS.
   *
   * @throws io.layerd.error.EngineException in dockerd's words if there is none
   */
  public Download download(String url, Abort abort) {
    URI uri = WebAddress.parse(url);
    RegistrySettings settings = options.get();
    HttpClient client = clients.get(true, uri.getRawAuthority(), settings.certsDirectory());
    Transport transport = new Transport(client, proxies, settings.stallTimeout());
    try {
      Transport.Answer answer = transport.get(uri, Map.of(), null, abort);
      if (answer.status() >= 400) {
        throw WebAddress.refused(url, answer);
      }
      long size = answer.head().headers().firstValueAsLong("Content-Length").orElse(-1);
      return new Download(answer.body(), size);
    } catch (IOException e) {
      abort.check();
      throw new SystemFailure(NetworkErrors.describe("GET", uri, e), e);
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
