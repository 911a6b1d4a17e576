package io.layerd.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.layerd.error.InvalidParameter;
import io.layerd.error.SystemFailure;
import io.layerd.oci.Reference;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The search that Docker Hub and some other registries offer, below {@code /v1/}. */
final class IndexSearch {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final int MAX_ANSWER = 8 << 20;
  private static final String HUB = "index.docker.io";

  private final Function<Endpoint, Transport> transports;
  private final RegistrySettings settings;
  private final Abort abort = new Abort();

  IndexSearch(Function<Endpoint, Transport> transports, RegistrySettings settings) {
    this.transports = transports;
    this.settings = settings;
  }

  List<SearchResult> run(String term, int limit, RegistryCredentials credentials) {
    if (term.contains("://")) {
      throw new InvalidParameter(
          "invalid repository name: repository name (" + term + ") should not have a scheme");
    }
    int slash = term.indexOf('/');
    boolean named = slash >= 0 && Reference.isDomain(term.substring(0, slash));
    String domain = named ? term.substring(0, slash) : Reference.HUB;
    boolean hub = domain.equals(Reference.HUB) || domain.equals(HUB);
    String wanted = named ? term.substring(slash + 1) : term;
    if (hub && wanted.startsWith("library/")) {
      wanted = wanted.substring("library/".length());
    }
    Endpoint endpoint =
        hub ? new Endpoint(URI.create("https://" + HUB), true, false) : reachable(domain);
    URI uri =
        URI.create(
            endpoint.base()
                + "/v1/search?q="
                + URLEncoder.encode(wanted, StandardCharsets.UTF_8)
                + "&n="
                + limit);
    try (Transport.Answer answer =
        transports.apply(endpoint).get(uri, Map.of(), Tokens.basic(credentials), abort)) {
      if (answer.status() != 200) {
        throw new SystemFailure("Unexpected status code " + answer.status());
      }
      return results(MAPPER.readTree(answer.body().readNBytes(MAX_ANSWER)));
    } catch (IOException e) {
      throw new SystemFailure(NetworkErrors.describe("GET", uri, e), e);
    }
  }

  private static List<SearchResult> results(JsonNode tree) {
    List<SearchResult> results = new ArrayList<>();
    for (JsonNode each : tree.path("results")) {
      results.add(
          new SearchResult(
              each.path("name").asText(""),
              each.path("description").asText(""),
              each.path("is_official").asBoolean(),
              each.path("star_count").asInt()));
    }
    return results;
  }

  private Endpoint reachable(String domain) {
    List<Endpoint> endpoints = Endpoint.of(domain, settings);
    List<String> failures = new ArrayList<>();
    for (Endpoint endpoint : endpoints) {
      String failure = ping(endpoint);
      if (failure == null) {
        return endpoint;
      }
      failures.add(failure);
    }
    String address = endpoints.getLast().base() + "/v1/";
    if (failures.size() > 1) {
      throw new InvalidParameter(
          "invalid registry endpoint \"%s\". HTTPS attempt: %s. HTTP attempt: %s"
              .formatted(address, failures.getFirst(), failures.getLast()));
    }
    throw new InvalidParameter(
        ("invalid registry endpoint \"%s\": %s. If this private registry supports only HTTP or HTTPS"
                + " with an unknown CA certificate, please add `--insecure-registry %s` to the daemon's"
                + " arguments. In the case of HTTPS, if you have access to the registry's CA certificate,"
                + " no need for the flag; simply place the CA certificate at /etc/docker/certs.d/%s/ca.crt")
            .formatted(address, failures.getFirst(), domain, domain));
  }

  private @Nullable String ping(Endpoint endpoint) {
    URI uri = URI.create(endpoint.base() + "/v1/_ping");
    try (Transport.Answer _ = transports.apply(endpoint).get(uri, Map.of(), null, abort)) {
      return null;
    } catch (IOException e) {
      return NetworkErrors.describe("GET", uri, e);
    }
  }
}
