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
import java.util.List;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/** Brings the steps that a build did to where the client wants them kept. */
final class CacheExports {
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

  /** Everything else; blocks until it is there. */
  void write(Solve solve, Solve.Result result) throws RpcException, InterruptedException {
    for (CacheOptions.Entry entry : solve.cache().exports()) {
      if (entry.type().equals("registry")) {
        toRegistry(solve, result, entry);
      }
    }
  }

  private void toRegistry(Solve solve, Solve.Result result, CacheOptions.Entry entry)
      throws RpcException, InterruptedException {
    List<BuiltStep> steps = entry.text("mode").equals("max") ? result.all() : result.steps();
    String reference = entry.text("ref");
    Vertex vertex =
        Vertex.begin(
            solve.log(), solve.ref() + " cache to " + reference, "exporting cache to registry");
    SessionClient client = new SessionClient(sessions.await(solve.session()), solve.entitlements());
    try {
      vertex.did("preparing build cache for export");
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
      vertex.end();
    } catch (EngineException e) {
      vertex.end(e.getMessage());
      if (!entry.text("ignore-error").equals("true")) {
        throw new RpcException(
            RpcException.UNKNOWN, "failed to export cache to " + reference + ": " + e.getMessage());
      }
    } catch (CancellationException e) {
      vertex.end(Vertex.CANCELED);
      throw new RpcException(RpcException.CANCELLED, "context canceled");
    }
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
