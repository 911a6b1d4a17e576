package io.layerd.buildkit;

import com.fasterxml.jackson.databind.JsonNode;
import io.layerd.build.BuildReport;
import io.layerd.build.ImportedSteps;
import io.layerd.error.EngineException;
import io.layerd.error.InvalidParameter;
import io.layerd.error.NotFound;
import io.layerd.image.CacheArchive.StoredCache;
import io.layerd.image.Cancel;
import io.layerd.image.ImageService;
import io.layerd.layer.Layer;
import io.layerd.oci.ChainId;
import io.layerd.oci.Descriptor;
import io.layerd.oci.Digest;
import io.layerd.oci.Platform;
import io.layerd.spec.SpecJson;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/** Steps that were done elsewhere, from the caches that a client names. */
final class CacheImports implements ImportedSteps {
  static final String INLINE = "moby.buildkit.cache.v0";

  private final SolveLog log;
  private final String ref;
  private final Cancel cancellation;
  private final List<Source> sources = new ArrayList<>();

  private record Source(StoredCache cache, CacheDocument.Content content) {
    /** The blob of that layer, as it is stored. */
    Descriptor layer(int number) {
      if (cache.ofImage()) { // its layers are numbered from the top of the base image
        List<Descriptor> all = cache.layers();
        return all.get(all.size() - content.blobs().size() + number);
      }
      Digest blob = content.blobs().get(number);
      return cache.layers().stream()
          .filter(each -> each.digest().equals(blob))
          .findFirst()
          .orElseThrow(() -> new InvalidParameter("the cache does not hold " + blob));
    }
  }

  private CacheImports(Solve solve) {
    this.log = solve.log();
    this.ref = solve.ref();
    this.cancellation = solve.cancellation();
  }

  /** Reads what the caches have; one that cannot be had is said and left out. */
  static ImportedSteps of(
      ImageService images,
      List<CacheOptions.Entry> entries,
      SessionClient client,
      @Nullable Platform platform,
      Solve solve) {
    CacheImports imports = new CacheImports(solve);
    for (CacheOptions.Entry entry : entries) {
      boolean local = entry.type().equals("local");
      boolean registry = entry.type().equals("registry");
      String reference =
          registry
              ? entry.text("ref")
              : entry.type() + ":" + Integer.toUnsignedString(entry.attributes().hashCode());
      String name = "importing cache manifest from " + reference;
      Vertex vertex = Vertex.begin(solve.log(), solve.ref() + " " + name, name);
      if (!local && !registry) {
        vertex.end("unknown cache importer: " + entry.type());
        continue;
      }
      try {
        StoredCache cache =
            local
                ? images.readCache(
                    client.blobs("local:" + entry.text("src")), Digest.parse(entry.text("digest")))
                : read(images, reference, client, platform, solve);
        byte[] document = cache.ofImage() ? inline(cache.document()) : cache.document();
        if (document.length > 0) {
          imports.sources.add(new Source(cache, CacheDocument.read(document)));
        }
        vertex.end();
      } catch (EngineException e) {
        vertex.end("failed to configure " + entry.type() + " cache importer: " + e.getMessage());
      }
    }
    return imports.sources.isEmpty() ? ImportedSteps.NONE : imports;
  }

  private static StoredCache read(
      ImageService images,
      String reference,
      SessionClient client,
      @Nullable Platform platform,
      Solve solve) {
    String domain = io.layerd.oci.Reference.parse(reference).domain();
    try {
      return images.readCache(
          reference, platform, client.credentials(domain), solve.cancellation());
    } catch (NotFound e) {
      throw new NotFound(Names.canonical(reference) + ": not found", e);
    }
  }

  /** Nothing if the image holds no cache. */
  private static byte[] inline(byte[] config) {
    try {
      JsonNode inline = SpecJson.MAPPER.readTree(config).path(INLINE);
      return inline.isMissingNode() ? new byte[0] : inline.binaryValue();
    } catch (IOException e) {
      throw new InvalidParameter("the image's cache cannot be read: " + e.getMessage(), e);
    }
  }

  @Override
  public @Nullable Found find(Digest key, @Nullable ChainId below, BuildReport report) {
    for (Source source : sources) {
      Integer number = source.content().steps().get(key);
      if (number == null) {
        continue;
      }
      if (number == CacheDocument.NO_LAYER) {
        return new Found(null);
      }
      Layer layer = fetch(source, source.layer(number), below, report);
      if (layer != null) {
        return new Found(layer);
      }
    }
    return null;
  }

  /** Shown by itself: a step that is shown to be cached has no progress. */
  private @Nullable Layer fetch(
      Source source, Descriptor blob, @Nullable ChainId below, BuildReport report) {
    String name = "[internal] fetching cached layer " + blob.digest().hex().substring(0, 12);
    Vertex vertex = Vertex.begin(log, ref + " " + name, name);
    try {
      ImageService.ProgressSink sink =
          (_, status, current, total) ->
              vertex.progress(status, current, total, status.endsWith("complete"));
      Layer layer = source.cache().fetch(blob, below, sink, cancellation);
      vertex.end();
      return layer;
    } catch (EngineException e) {
      vertex.end(e.getMessage());
      report.warn("a layer of the cache cannot be had: " + e.getMessage());
      return null;
    } catch (CancellationException e) {
      vertex.end(Vertex.CANCELED);
      throw e;
    }
  }
}
