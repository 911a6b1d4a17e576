package io.layerd.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.layerd.error.EngineException;
import io.layerd.error.SystemFailure;
import io.layerd.oci.Descriptor;
import io.layerd.oci.Digest;
import io.layerd.oci.ImageConfig;
import io.layerd.oci.Index;
import io.layerd.oci.Manifest;
import io.layerd.oci.ManifestDocument;
import io.layerd.oci.MediaTypes;
import io.layerd.oci.Platform;
import io.layerd.oci.Reference;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One repository at one endpoint. {@link #connect} first; all methods block until done or aborted.
 * OCI distribution-spec, "Pull".
 */
public final class Repository {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final int MAX_MANIFEST_BYTES = 4 << 20;
  private static final int MAX_CONFIG_BYTES = 8 << 20;
  private static final int MAX_TAG_LIST_BYTES = 16 << 20;
  private static final Pattern NEXT = Pattern.compile("<([^>]+)>\\s*;[^,]*rel=\"?next\"?");

  private final Endpoint endpoint;
  private final Reference name;
  private final Session session;
  private final RegistrySettings settings;
  private final Consumer<Endpoint> connected;

  Repository(
      Endpoint endpoint,
      Reference name,
      Session session,
      RegistrySettings settings,
      Consumer<Endpoint> connected) {
    this.endpoint = endpoint;
    this.name = name;
    this.session = session;
    this.settings = settings;
    this.connected = connected;
  }

  /** Whether another endpoint may be asked when this one fails after {@link #connect}. */
  public boolean mirror() {
    return endpoint.mirror();
  }

  /** Where it is, for log lines. */
  public URI location() {
    return endpoint.base();
  }

  /** Finds out whether a registry answers here, and how it wants to be asked. */
  public void connect(Abort abort) {
    try {
      session.ping(abort);
      connected.accept(endpoint);
    } catch (IOException e) {
      abort.check();
      throw Refusals.translate(e, "GET", endpoint.v2(""), name);
    }
  }

  /**
   * Fetches a manifest or an index; its digest is checked.
   *
   * @param wanted with a tag or a digest
   */
  public ManifestDocument manifest(Reference wanted, Abort abort) {
    URI uri = manifestUri(wanted);
    try {
      Raw raw = raw(wanted, uri, abort);
      return ManifestDocument.parse(raw.type(), raw.bytes());
    } catch (IOException e) {
      abort.check();
      throw Refusals.translate(e, "HEAD", uri, wanted);
    }
  }

  /**
   * Says what there is, without its layers: the manifest's own descriptor and the platforms.
   *
   * @param wanted with a tag or a digest
   */
  public Described describe(Reference wanted, Abort abort) {
    URI uri = manifestUri(wanted);
    try {
      Raw raw = raw(wanted, uri, abort);
      ManifestDocument document = ManifestDocument.parse(raw.type(), raw.bytes());
      Descriptor itself =
          new Descriptor(document.mediaType(), document.digest(), raw.bytes().length, null, null);
      List<Platform> platforms =
          switch (document) {
            case Manifest manifest ->
                List.of(ImageConfig.parse(config(manifest.config(), abort)).platform());
            case Index index ->
                index.manifests().stream()
                    .map(Descriptor::platform)
                    .filter(java.util.Objects::nonNull)
                    .toList();
          };
      return new Described(itself, platforms);
    } catch (RegistryError e) {
      throw Refusals.pushing(e);
    } catch (IOException e) {
      abort.check();
      throw Refusals.translate(e, "GET", uri, wanted);
    }
  }

  /** A document as it came. */
  @SuppressWarnings("ArrayRecordComponent") // bytes of a document
  private record Raw(@Nullable String type, byte[] bytes) {}

  private URI manifestUri(Reference wanted) {
    Digest digest = wanted.digest();
    return endpoint.v2(name.path() + "/manifests/" + (digest == null ? wanted.tag() : digest));
  }

  private Raw raw(Reference wanted, URI uri, Abort abort) throws IOException {
    String authorization = authorize("Head", uri, abort);
    Map<String, String> accept = Map.of("Accept", String.join(", ", MediaTypes.MANIFESTS));
    try (Transport.Answer answer = session.get(uri, accept, authorization, abort)) {
      if (answer.status() != 200) {
        throw RegistryError.of(answer);
      }
      byte[] raw = readAll(answer, MAX_MANIFEST_BYTES, "manifest");
      verify(wanted.digest(), answer.header("Docker-Content-Digest"), raw);
      return new Raw(answer.header("Content-Type"), raw);
    }
  }

  private static void verify(@Nullable Digest wanted, @Nullable String claimed, byte[] raw) {
    String actual = Digest.of(raw).toString();
    String expected = wanted == null ? claimed : wanted.toString();
    if (expected != null && expected.startsWith("sha256:") && !expected.equals(actual)) {
      throw new SystemFailure("manifest verification failed for digest " + expected);
    }
  }

  /** All tags, in the registry's order. */
  public List<String> tags(Abort abort) {
    List<String> tags = new ArrayList<>();
    URI uri = endpoint.v2(name.path() + "/tags/list");
    String authorization = authorize("Get", uri, abort);
    for (@Nullable URI page = uri; page != null; ) {
      URI current = page;
      try (Transport.Answer answer = session.get(current, Map.of(), authorization, abort)) {
        if (answer.status() != 200) {
          throw RegistryError.of(answer);
        }
        JsonNode tree = MAPPER.readTree(readAll(answer, MAX_TAG_LIST_BYTES, "tag list"));
        tree.path("tags").forEach(tag -> tags.add(tag.asText()));
        page = next(current, answer.header("Link"));
      } catch (IOException e) {
        abort.check();
        throw Refusals.translate(e, "GET", current, name);
      }
    }
    return tags;
  }

  private static @Nullable URI next(URI current, @Nullable String link) {
    Matcher matcher = NEXT.matcher(link == null ? "" : link);
    if (!matcher.find()) {
      return null;
    }
    URI next = current.resolve(matcher.group(1));
    boolean same = current.getRawAuthority().equals(next.getRawAuthority());
    return same && !next.equals(current) ? next : null;
  }

  /** An image's configuration, whole and verified. */
  public byte[] config(Descriptor descriptor, Abort abort) {
    if (descriptor.size() > MAX_CONFIG_BYTES) {
      throw new SystemFailure(
          "image config of " + descriptor.size() + " bytes is larger than " + MAX_CONFIG_BYTES);
    }
    try (BlobStream stream = blob(descriptor, "image config", BlobListener.NONE, abort)) {
      return stream.readAllBytes();
    } catch (IOException e) {
      throw new SystemFailure("error pulling image configuration: " + e.getMessage(), e);
    } catch (EngineException e) {
      throw new SystemFailure("error pulling image configuration: " + e.getMessage(), e);
    }
  }

  /** A layer's bytes as the registry holds them; connects when first read. */
  public BlobStream layer(Descriptor descriptor, BlobListener listener, Abort abort) {
    return blob(descriptor, "filesystem layer", listener, abort);
  }

  private BlobStream blob(Descriptor blob, String kind, BlobListener listener, Abort abort) {
    URI uri = endpoint.v2(name.path() + "/blobs/" + blob.digest());
    BlobStream.Source source =
        new BlobStream.Source() {
          @Override
          public Transport.Answer open(Map<String, String> headers) throws IOException {
            return session.get(uri, headers, authorize("Get", uri, abort), abort);
          }

          @Override
          public URI uri() {
            return uri;
          }
        };
    return new BlobStream(source, blob, kind, settings, listener, abort);
  }

  private @Nullable String authorize(String method, URI uri, Abort abort) {
    try {
      return session.authorization(false, abort);
    } catch (IOException e) {
      abort.check();
      throw Refusals.authorizing(e, method, uri);
    }
  }

  private static byte[] readAll(Transport.Answer answer, int limit, String what)
      throws IOException {
    byte[] raw = answer.body().readNBytes(limit + 1);
    if (raw.length > limit) {
      throw new SystemFailure("the registry's " + what + " is larger than " + limit + " bytes");
    }
    return raw;
  }
}
