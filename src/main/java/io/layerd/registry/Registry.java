package io.layerd.registry;

import io.layerd.oci.Reference;
import java.net.http.HttpClient;
import java.util.ArrayList;
import java.util.List;

/** All registries: knows where a repository may be found and shares connections and tokens. */
public final class Registry {
  private final RegistryOptions options;
  private final Proxies proxies = new Proxies(System.getenv());
  private final HttpClients clients = new HttpClients(proxies);
  private final Tokens tokens = new Tokens();

  public Registry(RegistryOptions options) {
    this.options = options;
  }

  /** The endpoints of a repository, in the order to try them. Nothing is asked yet. */
  public List<Repository> repositories(Reference reference, RegistryCredentials credentials) {
    RegistrySettings settings = options.get();
    List<Repository> found = new ArrayList<>();
    for (Endpoint endpoint : Endpoint.of(reference.domain(), settings)) {
      HttpClient client =
          clients.get(endpoint.verified(), endpoint.host(), settings.certsDirectory());
      Transport transport = new Transport(client, proxies, settings.stallTimeout());
      Session session = new Session(endpoint, reference.path(), transport, tokens, credentials);
      found.add(new Repository(endpoint, reference, session, settings));
    }
    return found;
  }
}
