package io.layerd.image;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.layerd.error.EngineException;
import io.layerd.error.SystemFailure;
import io.layerd.image.ImageService.Cancellation;
import io.layerd.image.ImageService.ProgressSink;
import io.layerd.layer.Layer;
import io.layerd.oci.ChainId;
import io.layerd.oci.Descriptor;
import io.layerd.oci.DiffId;
import io.layerd.oci.Digest;
import io.layerd.oci.MediaTypes;
import io.layerd.oci.Reference;
import io.layerd.registry.Abort;
import io.layerd.registry.PushRepository;
import io.layerd.registry.Registry;
import io.layerd.registry.RegistryCredentials;
import io.layerd.registry.RegistryOptions;
import io.layerd.spec.GoJson;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Stores a build cache in a registry, as an image manifest whose configuration tells of steps. */
final class CachePush {
  static final String OCI_LAYER_GZIP = "application/vnd.oci.image.layer.v1.tar+gzip";

  private final ImageState state;
  private final Registry registry;
  private final RegistryOptions options;

  CachePush(ImageState state, Registry registry, RegistryOptions options) {
    this.state = state;
    this.registry = registry;
    this.options = options;
  }

  Digest push(
      String reference,
      List<ChainId> chains,
      Function<List<Descriptor>, byte[]> document,
      RegistryCredentials credentials,
      ProgressSink progress,
      Cancellation cancellation) {
    Abort abort = new Abort();
    cancellation.onCancel(abort::abort);
    Reference name = Reference.parse(reference).tagged();
    PushRepository repository = connect(name, credentials, abort);
    BlobOrigins origins = new BlobOrigins(name.repository(), credentials);
    Map<DiffId, Descriptor> blobs = new LinkedHashMap<>();
    List<Descriptor> layers = new ArrayList<>();
    for (ChainId chain : chains) {
      Layer layer = state.layers.retain(chain);
      try {
        Descriptor blob = blobs.get(layer.diffId());
        if (blob == null) {
          LayerPush push =
              new LayerPush(
                  state, repository, name, origins, layer, progress, options.get(), abort);
          blob = oci(push.run());
          blobs.put(layer.diffId(), blob);
        }
        layers.add(blob);
      } finally {
        var unused = state.layers.release(chain);
      }
    }
    Descriptor config =
        repository.put(document.apply(List.copyOf(layers)), CacheArchive.CACHE_CONFIG, abort);
    byte[] manifest = manifest(config, List.copyOf(blobs.values()));
    repository.manifest(String.valueOf(name.tag()), MediaTypes.OCI_MANIFEST, manifest, abort);
    return Digest.of(manifest);
  }

  private PushRepository connect(Reference name, RegistryCredentials credentials, Abort abort) {
    EngineException last = null;
    for (PushRepository each : registry.pushRepositories(name, credentials)) {
      try {
        each.connect(abort);
        return each;
      } catch (EngineException e) {
        last = e;
      }
    }
    throw last == null ? new SystemFailure("no endpoints found for " + name.domain()) : last;
  }

  private static Descriptor oci(Descriptor blob) {
    return new Descriptor(OCI_LAYER_GZIP, blob.digest(), blob.size(), null, null);
  }

  static byte[] manifest(Descriptor config, List<Descriptor> layers) {
    ObjectNode json = GoJson.object();
    json.put("schemaVersion", 2);
    json.put("mediaType", MediaTypes.OCI_MANIFEST);
    put(json.putObject("config"), config);
    ArrayNode blobs = json.putArray("layers");
    layers.forEach(layer -> put(blobs.addObject(), layer));
    return GoJson.bytes(json);
  }

  private static void put(ObjectNode json, Descriptor blob) {
    json.put("mediaType", blob.mediaType());
    json.put("digest", blob.digest().toString());
    json.put("size", blob.size());
  }
}
