package io.layerd.build;

import io.layerd.error.EngineException;
import io.layerd.error.Forbidden;
import io.layerd.error.InvalidParameter;
import io.layerd.error.NotFound;
import io.layerd.image.ImageService.Cancellation;
import io.layerd.image.ImageService.Image;
import io.layerd.image.ImageService.PullRequest;
import io.layerd.oci.Platform;
import io.layerd.oci.Reference;
import io.layerd.registry.RegistryCredentials;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Finds the images that FROM and {@code --from} name, and pulls what is not here. */
final class BaseImages {
  private final Tools tools;
  private final BuildRequest request;
  private final Cancellation cancellation;
  private final Set<String> pulled = ConcurrentHashMap.newKeySet();
  private final Map<String, Object> locks = new ConcurrentHashMap<>();

  BaseImages(Tools tools, BuildRequest request, Cancellation cancellation) {
    this.tools = tools;
    this.request = request;
    this.cancellation = cancellation;
  }

  /**
   * @param name a reference or an image id
   * @param platform null for any that is here, and the host's where it has to be pulled
   */
  Image get(String name, @Nullable Platform platform, BuildReport report) {
    synchronized (locks.computeIfAbsent(name, _ -> new Object())) { // stages want the same one
      return find(name, platform, report);
    }
  }

  /**
   * Looks for an image here, and if need be at its registry.
   *
   * @throws EngineException in BuildKit's words if there is none
   */
  void lookFor(String name) {
    allow(name);
    String whole = name;
    try {
      Optional<Image> here = tools.images().find(name);
      if (!request.pull() && here.isPresent() && fits(here.get(), request.platform())) {
        return;
      }
      Reference reference = Reference.parse(name).tagged();
      whole = reference.toString();
      var unused = tools.images().lookUp(whole, request.credentials().apply(reference.domain()));
    } catch (InvalidParameter e) {
      throw new InvalidParameter(
          "failed to parse stage name \"" + name + "\": " + e.getMessage(), e);
    } catch (EngineException e) {
      boolean none = e instanceof NotFound || String.valueOf(e.getMessage()).contains("unknown");
      String why = none ? whole + ": not found" : e.getMessage();
      throw new NotFound(name + ": failed to resolve source metadata for " + whole + ": " + why, e);
    }
  }

  private void allow(String name) {
    if (!request.bases().test(name)) {
      throw new Forbidden("image " + name + " is not allowed");
    }
  }

  private Image find(String name, @Nullable Platform platform, BuildReport report) {
    allow(name);
    Optional<Image> here = tools.images().find(name);
    boolean ask = request.pull() && pulled.add(name);
    if (here.isPresent() && !ask && fits(here.get(), platform)) {
      return here.get();
    }
    Reference reference = Reference.parse(name);
    RegistryCredentials credentials = request.credentials().apply(reference.domain());
    tools
        .images()
        .pull(new PullRequest(name, false, platform, credentials), report::progress, cancellation);
    return tools.images().find(name).orElseThrow(() -> new NotFound("No such image: " + name));
  }

  private static boolean fits(Image image, @Nullable Platform wanted) {
    return wanted == null
        || (image.platform().os().equals(wanted.os())
            && image.platform().architecture().equals(wanted.architecture()));
  }
}
