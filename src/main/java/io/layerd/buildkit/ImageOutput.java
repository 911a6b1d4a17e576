package io.layerd.buildkit;

import io.layerd.error.InvalidParameter;
import io.layerd.image.ImageService;
import io.layerd.image.ImageService.Image;
import io.layerd.image.ImageService.PushListener;
import io.layerd.image.ImageService.PushRequest;
import io.layerd.oci.Digest;
import io.layerd.oci.Reference;
import io.layerd.rpc.RpcException;
import io.layerd.rpc.RpcStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A result that is wanted as an image: kept here, pushed, or sent to the client as an archive. */
final class ImageOutput {
  /** What is understood, or changes nothing for an image that layerd keeps. */
  private static final Set<String> KNOWN =
      Set.of(
          "name",
          "push",
          "insecure",
          "registry.insecure",
          "store",
          "unpack",
          "oci-mediatypes",
          "compression",
          "compression-level",
          "force-compression",
          "dangling-name-prefix",
          "name-canonical",
          "danglingNamePrefix",
          "tar",
          "dest");

  private final ImageService images;
  private final Sessions sessions;

  ImageOutput(ImageService images, Sessions sessions) {
    this.images = images;
    this.sessions = sessions;
  }

  /**
   * @throws InvalidParameter with a sentence for what is not offered
   */
  static void check(Outputs.Wanted output) {
    for (Map.Entry<String, String> attribute : output.attributes().entrySet()) {
      String name = attribute.getKey();
      String value = attribute.getValue();
      if (name.equals("compression") && !value.equals("gzip")) {
        throw new InvalidParameter("layerd compresses layers with gzip, not with " + value);
      }
      if (name.equals("tar") && !value.equals("true")) {
        throw new InvalidParameter(
            "layerd sends images as archives only, not as directories: leave tar="
                + value
                + " out");
      }
      if (!KNOWN.contains(name) && !value.equals("false")) {
        throw new InvalidParameter(
            "layerd does not offer " + name + " of outputs of type " + output.type());
      }
    }
  }

  private static Image image(Solve.Result result) throws RpcException {
    Image image = result.image();
    if (image == null) {
      throw new RpcException(
          RpcException.UNKNOWN, "layerd does not make images without any instruction");
    }
    return image;
  }

  /** The names without what clients did not say. */
  private static String told(Outputs.Wanted output) {
    List<String> names = new ArrayList<>();
    for (String name : output.attributes().getOrDefault("name", "").split(",")) {
      if (!name.isEmpty()) {
        names.add(Reference.parse(name).toString());
      }
    }
    return String.join(",", names);
  }

  private static List<Reference> names(Outputs.Wanted output) {
    List<Reference> names = new ArrayList<>();
    for (String name : output.attributes().getOrDefault("name", "").split(",")) {
      if (!name.isEmpty()) {
        names.add(Reference.parse(name).tagged());
      }
    }
    return names;
  }

  /**
   * Keeps the image, and pushes it if that is asked for.
   *
   * @return what the client is told
   */
  Map<String, String> keep(Solve solve, Solve.Result result, Outputs.Wanted output, Vertex vertex)
      throws RpcException, InterruptedException {
    Image image = image(result);
    List<Reference> names = names(output);
    boolean push = output.attributes().getOrDefault("push", "false").equals("true");
    if (push && names.isEmpty()) {
      throw new InvalidParameter("tag is needed when pushing to registry");
    }
    vertex.did("exporting layers");
    vertex.did("writing image " + image.id());
    String digest = image.id().toString();
    for (Reference name : names) {
      images.tag(image.id(), name);
    }
    for (String name : told(output).split(",")) {
      if (!name.isEmpty()) {
        vertex.did("naming to " + name);
      }
    }
    for (Reference name : push ? names : List.<Reference>of()) {
      digest = push(solve, name, vertex).toString();
    }
    Map<String, String> told = new LinkedHashMap<>();
    told.put("containerimage.config.digest", image.id().toString());
    told.put("containerimage.digest", digest);
    if (!names.isEmpty()) {
      told.put("image.name", told(output));
    }
    return told;
  }

  private Digest push(Solve solve, Reference name, Vertex vertex)
      throws RpcException, InterruptedException {
    SessionClient client = new SessionClient(sessions.await(solve.session()), solve.entitlements());
    Pushed pushed = new Pushed(vertex);
    images.push(
        new PushRequest(name.toString(), client.credentials(name.domain())),
        pushed,
        solve.cancellation());
    vertex.did("pushing manifest for " + name + "@" + pushed.digest());
    return pushed.digest();
  }

  /** Shows how a push goes on. */
  private static final class Pushed implements PushListener {
    private final Vertex vertex;
    private @Nullable Digest digest;

    Pushed(Vertex vertex) {
      this.vertex = vertex;
    }

    Digest digest() {
      Digest known = digest;
      if (known == null) {
        throw new IllegalStateException("nothing was pushed");
      }
      return known;
    }

    @Override
    public void pushed(String tag, Digest manifest, long sizeBytes) {
      digest = manifest;
    }

    @Override
    public void update(@Nullable String id, String status, long current, long total) {
      if (id != null) {
        boolean done =
            status.equals("Pushed") || status.endsWith("exists") || status.startsWith("Mounted");
        vertex.progress("pushing layer " + id, current, total, done);
      }
    }
  }

  /** Sends the image as an archive that is a Docker archive and an OCI layout at once. */
  Map<String, String> send(
      Solve.Result result, Outputs.Wanted output, RpcStream stream, Vertex vertex)
      throws RpcException, InterruptedException {
    Image image = image(result);
    List<Reference> names = names(output);
    vertex.did("exporting layers");
    vertex.progress("sending tarball", 0, 0, false);
    long bytes = TarSender.send(out -> images.saveAs(image.id(), names, out), stream);
    vertex.progress("sending tarball", bytes, 0, true);
    Map<String, String> told = new LinkedHashMap<>();
    told.put("containerimage.config.digest", image.id().toString());
    told.put("containerimage.digest", image.id().toString());
    if (!names.isEmpty()) {
      told.put("image.name", told(output));
    }
    return told;
  }
}
