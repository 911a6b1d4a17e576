package io.layerd.buildkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.layerd.build.BuiltStep;
import io.layerd.error.EngineException;
import io.layerd.error.SystemFailure;
import io.layerd.image.ImageService;
import io.layerd.image.ImageService.Image;
import io.layerd.oci.ChainId;
import io.layerd.oci.Descriptor;
import io.layerd.oci.Digest;
import io.layerd.rpc.RpcException;
import io.layerd.spec.SpecJson;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/** Brings the steps that a build did to where the client wants them kept. */
final class CacheExports {
  private static final String MANIFEST = "cache.manifest";

  private final ImageService images;
  private final Sessions sessions;

  CacheExports(ImageService images, Sessions sessions) {
    this.images = images;
    this.sessions = sessions;
  }

  /** The result, with the steps it consists of in its configuration if that is asked for. */
  Solve.Result inline(Solve solve, Solve.Result result) {
    Image image = result.image();
    boolean asked =
        solve.cache().exports().stream().anyMatch(entry -> entry.type().equals("inline"));
    if (!asked || image == null) {
      return result;
    }
    String name = "preparing layers for inline cache";
    Vertex vertex = Vertex.begin(solve.log(), solve.ref() + " " + name, name);
    List<Digest> layers =
        CacheDocument.layers(result.steps()).stream().map(chain -> diffId(image, chain)).toList();
    byte[] config = with(image.raw(), CacheDocument.write(result.steps(), layers));
    Image made = images.createImage(config, image.id(), true);
    vertex.end();
    return new Solve.Result(made, result.steps(), result.all());
  }

  private static Digest diffId(Image image, ChainId chain) {
    for (int i = image.diffIds().size(); i > 0; i--) {
      if (chain.equals(ChainId.of(image.diffIds().subList(0, i)))) {
        return image.diffIds().get(i - 1).digest();
      }
    }
    throw new IllegalStateException("a step's layer is not the image's: " + chain);
  }

  /** Without what the classic builder's cache goes by: the image is no step's. */
  private static byte[] with(byte[] raw, byte[] document) {
    try {
      JsonNode config = SpecJson.MAPPER.readTree(raw);
      ((ObjectNode) config).remove("container_config");
      ((ObjectNode) config).put(CacheImports.INLINE, document);
      return SpecJson.MAPPER.writeValueAsBytes(config);
    } catch (IOException e) {
      throw new SystemFailure("cannot write the cache into the image: " + e.getMessage(), e);
    }
  }

  /**
   * Everything else; blocks until it is there.
   *
   * @return what the client is told of it
   */
  Map<String, String> write(Solve solve, Solve.Result result)
      throws RpcException, InterruptedException {
    Map<String, String> told = new LinkedHashMap<>();
    for (CacheOptions.Entry entry : solve.cache().exports()) {
      switch (entry.type()) {
        case "registry" ->
            export(solve, entry, entry.text("ref"), "registry", toRegistry(solve, result, entry));
        case "local" ->
            export(
                solve,
                entry,
                entry.text("dest"),
                "client directory",
                (client, vertex) ->
                    told.put(MANIFEST, toClient(solve, result, entry, client, vertex)));
        default -> {} // in the image already
      }
    }
    return told;
  }

  private interface Work {
    void run(SessionClient client, Vertex vertex);
  }

  private void export(Solve solve, CacheOptions.Entry entry, String place, String kind, Work work)
      throws RpcException, InterruptedException {
    Vertex vertex =
        Vertex.begin(solve.log(), solve.ref() + " cache to " + place, "exporting cache to " + kind);
    SessionClient client = new SessionClient(sessions.await(solve.session()), solve.entitlements());
    try {
      vertex.did("preparing build cache for export");
      work.run(client, vertex);
      vertex.end();
    } catch (EngineException e) {
      vertex.end(e.getMessage());
      if (!entry.text("ignore-error").equals("true")) {
        throw new RpcException(
            RpcException.UNKNOWN, "failed to export cache to " + place + ": " + e.getMessage());
      }
    } catch (CancellationException e) {
      vertex.end(Vertex.CANCELED);
      throw new RpcException(RpcException.CANCELLED, "context canceled");
    }
  }

  private static List<BuiltStep> steps(Solve.Result result, CacheOptions.Entry entry) {
    return entry.text("mode").equals("max") ? result.all() : result.steps();
  }

  private Work toRegistry(Solve solve, Solve.Result result, CacheOptions.Entry entry) {
    List<BuiltStep> steps = steps(result, entry);
    String reference = entry.text("ref");
    return (client, vertex) -> {
      String domain = io.layerd.oci.Reference.parse(reference).domain();
      Digest manifest =
          images.pushCache(
              reference,
              CacheDocument.layers(steps),
              blobs -> CacheDocument.write(steps, digests(blobs)),
              client.credentials(domain),
              (id, status, current, total) -> progress(vertex, id, status, current, total),
              solve.cancellation());
      vertex.did("writing cache image manifest " + manifest);
    };
  }

  /** The manifest's descriptor, which the client enters into its index. */
  private String toClient(
      Solve solve,
      Solve.Result result,
      CacheOptions.Entry entry,
      SessionClient client,
      Vertex vertex) {
    List<BuiltStep> steps = steps(result, entry);
    Descriptor manifest =
        images.writeCache(
            client.blobs("local:" + entry.text("dest")),
            CacheDocument.layers(steps),
            blobs -> CacheDocument.write(steps, digests(blobs)),
            (id, status, current, total) -> progress(vertex, id, status, current, total),
            solve.cancellation());
    vertex.did("writing cache image manifest " + manifest.digest());
    ObjectNode json = SpecJson.MAPPER.createObjectNode();
    json.put("mediaType", manifest.mediaType());
    json.put("digest", manifest.digest().toString());
    return json.put("size", manifest.size()).toString();
  }

  private static List<Digest> digests(List<Descriptor> blobs) {
    return blobs.stream().map(Descriptor::digest).toList();
  }

  private static void progress(
      Vertex vertex, @Nullable String id, String status, long current, long total) {
    boolean done = status.equals("Pushed") || status.endsWith("exists") || status.startsWith("Mou");
    vertex.progress("writing layer " + id, current, total, done);
  }
}
