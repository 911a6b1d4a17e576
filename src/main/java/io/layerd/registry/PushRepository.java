package io.layerd.registry;

import io.layerd.error.EngineException;
import io.layerd.error.SystemFailure;
import io.layerd.oci.Descriptor;
import io.layerd.oci.Digest;
import io.layerd.oci.Reference;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One repository at one endpoint, to write to. {@link #connect} first; all methods block until done
 * or aborted. OCI distribution-spec, "Push".
 */
public final class PushRepository {
  private final Endpoint endpoint;
  private final Reference name;
  private final Session session;
  private final Consumer<Endpoint> connected;

  PushRepository(Endpoint endpoint, Reference name, Session session, Consumer<Endpoint> connected) {
    this.endpoint = endpoint;
    this.name = name;
    this.session = session;
    this.connected = connected;
  }

  /** What became of a wish to upload a blob. */
  public sealed interface Begun {
    /** The registry took it from another repository of its own. */
    record Mounted() implements Begun {}

    /** The registry waits for it at an address. */
    record Waiting(URI location) implements Begun {}
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
      throw failure(e, "GET", endpoint.v2(""), abort);
    }
  }

  /** A blob of the repository, by its digest. */
  public Optional<Descriptor> find(Digest digest, String mediaType, Abort abort) {
    URI uri = endpoint.v2(name.path() + "/blobs/" + digest);
    try (Transport.Answer answer =
        session.send("HEAD", uri, Map.of(), BodyPublishers.noBody(), abort)) {
      if (answer.status() == 404) {
        return Optional.empty();
      }
      require(answer, 200);
      long size = answer.head().headers().firstValueAsLong("Content-Length").orElse(-1);
      return size < 0
          ? Optional.empty()
          : Optional.of(new Descriptor(mediaType, digest, size, null, null));
    } catch (IOException e) {
      throw failure(e, "HEAD", uri, abort);
    }
  }

  /**
   * Asks for a place to upload a blob to.
   *
   * @param from a repository of the same registry that may have it; null if none is known
   * @param digest the blob's, if {@code from} is given
   */
  public Begun begin(@Nullable Reference from, @Nullable Digest digest, Abort abort) {
    URI uri = endpoint.v2(name.path() + "/blobs/uploads/");
    if (from != null) {
      uri = URI.create(uri + "?from=" + from.path().replace("/", "%2F") + "&mount=" + digest);
      session.alsoRead(from.path());
    }
    try (Transport.Answer answer =
        session.send("POST", uri, Map.of(), BodyPublishers.noBody(), abort)) {
      if (answer.status() == 201 && from != null) {
        return new Begun.Mounted();
      }
      require(answer, 202);
      return new Begun.Waiting(next(uri, answer));
    } catch (IOException e) {
      throw failure(e, "POST", uri, abort);
    }
  }

  /**
   * Uploads a blob in one piece of unknown length.
   *
   * @param content closed in any case
   */
  public Descriptor upload(URI location, InputStream content, String mediaType, Abort abort) {
    try (PushBody body = new PushBody(content)) {
      URI end;
      BodyPublisher publisher = BodyPublishers.ofInputStream(() -> body);
      Map<String, String> headers = Map.of("Content-Type", "application/octet-stream");
      try (Transport.Answer answer = session.send("PATCH", location, headers, publisher, abort)) {
        require(answer, 202);
        end = next(location, answer);
      }
      return commit(end, body.digest(), body.count(), mediaType, abort);
    } catch (IOException e) {
      throw failure(e, "PATCH", location, abort);
    }
  }

  private Descriptor commit(URI location, Digest digest, long size, String mediaType, Abort abort)
      throws IOException {
    URI uri = with(location, digest);
    try (Transport.Answer answer =
        session.send("PUT", uri, Map.of(), BodyPublishers.noBody(), abort)) {
      require(answer, 201);
    }
    return new Descriptor(mediaType, digest, size, null, null);
  }

  /** Uploads a small blob, unless it is there. */
  public Descriptor put(byte[] content, String mediaType, Abort abort) {
    Digest digest = Digest.of(content);
    Optional<Descriptor> there = find(digest, mediaType, abort);
    if (there.isPresent()) {
      return there.get();
    }
    Begun begun = begin(null, null, abort);
    URI uri = with(((Begun.Waiting) begun).location(), digest);
    Map<String, String> headers = Map.of("Content-Type", "application/octet-stream");
    try (Transport.Answer answer =
        session.send("PUT", uri, headers, BodyPublishers.ofByteArray(content), abort)) {
      require(answer, 201);
    } catch (IOException e) {
      throw failure(e, "PUT", uri, abort);
    }
    return new Descriptor(mediaType, digest, content.length, null, null);
  }

  /** Stores a manifest under a tag; everything it refers to must be there. */
  public void manifest(String tag, String mediaType, byte[] manifest, Abort abort) {
    URI uri = endpoint.v2(name.path() + "/manifests/" + tag);
    Map<String, String> headers = Map.of("Content-Type", mediaType);
    try (Transport.Answer answer =
        session.send("PUT", uri, headers, BodyPublishers.ofByteArray(manifest), abort)) {
      if (answer.status() / 100 != 2) {
        throw RegistryError.of(answer);
      }
    } catch (IOException e) {
      throw failure(e, "PUT", uri, abort);
    }
  }

  private static void require(Transport.Answer answer, int status) throws RegistryError {
    if (answer.status() != status) {
      throw RegistryError.of(answer);
    }
  }

  private static URI next(URI asked, Transport.Answer answer) {
    String location = answer.header("Location");
    if (location == null) {
      throw new SystemFailure("the registry does not say where to upload to");
    }
    return asked.resolve(location);
  }

  private static URI with(URI location, Digest digest) {
    String text = location.toString();
    return URI.create(text + (text.contains("?") ? "&" : "?") + "digest=" + digest);
  }

  private EngineException failure(IOException e, String method, URI uri, Abort abort) {
    abort.check();
    return e instanceof RegistryError refusal
        ? Refusals.pushing(refusal)
        : new SystemFailure(NetworkErrors.describe(method, uri, e), e);
  }
}
