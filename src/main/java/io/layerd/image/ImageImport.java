package io.layerd.image;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.layerd.archive.Compression;
import io.layerd.dockerfile.ConfigChanges;
import io.layerd.error.EngineException;
import io.layerd.error.InvalidParameter;
import io.layerd.error.SystemFailure;
import io.layerd.image.ImageArchives.ImportRequest;
import io.layerd.image.ImageService.Image;
import io.layerd.layer.Layer;
import io.layerd.layer.StagedLayer;
import io.layerd.oci.Platform;
import io.layerd.oci.PlatformMatcher;
import io.layerd.oci.Reference;
import io.layerd.spec.ContainerConfig;
import io.layerd.spec.GoJson;
import io.layerd.spec.SpecJson;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** {@code docker import}: a file system's tar becomes an image of one layer. */
final class ImageImport {
  private final ImageState state;
  private final ImportRequest request;
  private final @Nullable Reference name;
  private final Platform platform;
  private final ContainerConfig empty =
      SpecJson.read(SpecJson.MAPPER.createObjectNode(), ContainerConfig.class);
  private final ContainerConfig config;

  /**
   * @throws InvalidParameter if the request cannot be fulfilled, whatever the tar
   */
  ImageImport(ImageState state, ImportRequest request) {
    this.state = state;
    this.request = request;
    this.name = name(request);
    this.config = ConfigChanges.apply(empty, request.changes());
    this.platform =
        PlatformMatcher.normalise(
            request.platform() == null ? Platform.host() : request.platform());
    if (!platform.os().equals("linux")) {
      throw new InvalidParameter("operating system is not supported");
    }
  }

  private static @Nullable Reference name(ImportRequest request) {
    if (request.repository().isEmpty()) {
      return null;
    }
    Reference name = Reference.parse(request.repository());
    if (name.digest() != null) {
      throw new InvalidParameter("cannot import digest reference");
    }
    Reference tagged = request.tag().isEmpty() ? name.tagged() : name.withTag(request.tag());
    if (tagged.familiarName().equals("sha256")) {
      throw new InvalidParameter(
          "refusing to create an ambiguous tag using digest algorithm as name");
    }
    return tagged;
  }

  /** Reads the tar to its end and makes the image. */
  Image run(InputStream in) throws IOException {
    Layer layer = register(in);
    Image image;
    try {
      synchronized (state) {
        image = state.images.create(document(layer), null, false);
        if (name != null) {
          state.names.put(name, image.id());
          state.images.markTagged(image.id());
        }
      }
    } finally {
      state.layers.release(layer.chainId());
    }
    String id = image.id().toString();
    if (name != null) {
      state.publish("tag", id, image, name.familiar());
    }
    state.publish("import", id, image, id);
    return image;
  }

  private Layer register(InputStream in) throws IOException {
    StagedLayer staged;
    try (InputStream tar = Compression.open(in)) {
      staged = state.layers.stage(tar);
    } catch (InvalidParameter e) {
      throw new SystemFailure(e.getMessage(), e);
    }
    try {
      return state.layers.register(staged, null, null);
    } catch (EngineException e) {
      state.layers.discard(staged);
      throw e;
    }
  }

  private byte[] document(Layer layer) {
    String created = Instant.now().toString();
    ObjectNode image = GoJson.object();
    image.put("architecture", platform.architecture());
    put(image, "comment", request.message());
    image.set("config", GoJson.tree(config));
    image.set("container_config", GoJson.tree(empty));
    image.put("created", created);
    image.put("docker_version", request.dockerVersion());
    ObjectNode step = image.putArray("history").addObject();
    step.put("created", created);
    put(step, "comment", request.message());
    image.put("os", platform.os());
    ObjectNode rootfs = image.putObject("rootfs");
    rootfs.put("type", "layers");
    rootfs.putArray("diff_ids").add(layer.diffId().toString());
    if (platform.variant() != null) {
      put(image, "variant", platform.variant());
    }
    return GoJson.bytes(image);
  }

  private static void put(ObjectNode object, String field, String value) {
    if (!value.isEmpty()) {
      object.put(field, value);
    }
  }
}
