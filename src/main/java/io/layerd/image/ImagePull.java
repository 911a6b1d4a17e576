package io.layerd.image;

import io.layerd.error.EngineException;
import io.layerd.error.InvalidParameter;
import io.layerd.error.NotFound;
import io.layerd.error.SystemFailure;
import io.layerd.image.ImageService.Image;
import io.layerd.image.ImageService.ProgressSink;
import io.layerd.image.ImageService.PullRequest;
import io.layerd.oci.Descriptor;
import io.layerd.oci.Digest;
import io.layerd.oci.ImageConfig;
import io.layerd.oci.Index;
import io.layerd.oci.Manifest;
import io.layerd.oci.ManifestDocument;
import io.layerd.oci.MediaTypes;
import io.layerd.oci.Platform;
import io.layerd.oci.PlatformMatcher;
import io.layerd.oci.Reference;
import io.layerd.registry.Abort;
import io.layerd.registry.Registry;
import io.layerd.registry.Repository;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jboss.logging.Logger;

/** {@code docker pull}. One instance is one pull. */
final class ImagePull {
  private static final Logger LOG = Logger.getLogger(ImagePull.class);
  private static final int MAX_INDEX_DEPTH = 4;

  private final ImageState state;
  private final LayerTransfers transfers;
  private final Registry registry;
  private final PullRequest request;
  private final Reference name;
  private final ProgressSink sink;
  private final Abort abort;

  ImagePull(
      ImageState state,
      LayerTransfers transfers,
      Registry registry,
      PullRequest request,
      ProgressSink sink,
      Abort abort) {
    this.state = state;
    this.transfers = transfers;
    this.registry = registry;
    this.request = request;
    Reference parsed = Reference.parse(request.reference());
    this.name = request.allTags() ? parsed.repository() : parsed.stored();
    this.sink = serialised(sink);
    this.abort = abort;
  }

  private static ProgressSink serialised(ProgressSink sink) {
    Object lock = new Object();
    return (id, status, current, total) -> {
      synchronized (lock) {
        sink.update(id, status, current, total);
      }
    };
  }

  /** Tries one endpoint after the other; only mirrors may fail after they answered. */
  void run() {
    EngineException last = null;
    for (Repository repository : registry.repositories(name, request.credentials())) {
      try {
        repository.connect(abort);
      } catch (EngineException e) {
        LOG.debugf("no registry at %s: %s", repository.location(), e.getMessage());
        last = e;
        continue;
      }
      try {
        pullFrom(repository);
        return;
      } catch (EngineException e) {
        if (!repository.mirror()) {
          throw e;
        }
        LOG.warnf("mirror %s cannot give %s: %s", repository.location(), name, e.getMessage());
        last = e;
      }
    }
    throw last == null ? new SystemFailure("no endpoints found for " + name.domain()) : last;
  }

  private void pullFrom(Repository repository) {
    boolean changed = false;
    if (request.allTags()) {
      for (String tag : repository.tags(abort)) {
        changed |= pullOne(repository, name.withTag(tag));
      }
    } else {
      changed = pullOne(repository, name);
    }
    String status = changed ? "Downloaded newer image for " : "Image is up to date for ";
    sink.update(null, "Status: " + status + name.familiar(), 0, 0);
    if (!request.allTags()) {
      warnOfPlatform();
    }
  }

  /** Pulls one tag or digest; says whether its name means another image now. */
  private boolean pullOne(Repository repository, Reference wanted) {
    ManifestDocument top = repository.manifest(wanted, abort);
    String id = wanted.tag() == null ? wanted.familiar() : wanted.tag();
    sink.update(id, "Pulling from " + wanted.path(), 0, 0);
    Manifest manifest = select(repository, top, 0);
    Named result = fetch(repository, manifest, wanted, top.digest());
    sink.update(null, "Digest: " + top.digest(), 0, 0);
    state.publish("pull", wanted.familiar(), result.image(), wanted.familiarName());
    return result.changed();
  }

  /** An image under its name, and whether the name meant something else before. */
  private record Named(Image image, boolean changed) {}

  private Manifest select(Repository repository, ManifestDocument document, int depth) {
    return switch (document) {
      case Manifest manifest -> manifest;
      case Index index -> {
        Platform wanted =
            request.platform() == null
                ? Platform.host()
                : PlatformMatcher.normalise(request.platform());
        Descriptor entry = index.select(wanted).orElse(null);
        if (entry == null || depth >= MAX_INDEX_DEPTH) {
          throw new NotFound(
              "no matching manifest for "
                  + PlatformMatcher.format(PlatformMatcher.normalise(wanted))
                  + " in the manifest list entries");
        }
        ManifestDocument next = repository.manifest(name.withDigest(entry.digest()), abort);
        yield select(repository, next, depth + 1);
      }
    };
  }

  private Named fetch(Repository repository, Manifest manifest, Reference wanted, Digest digest) {
    String type = manifest.config().mediaType();
    if (!MediaTypes.isImageConfig(type)) {
      throw new InvalidParameter("unsupported media type " + type);
    }
    synchronized (state) {
      Image known = state.images.find(manifest.config().digest()).orElse(null);
      if (known != null) {
        return name(known, wanted, digest);
      }
    }
    Abort configAbort = new Abort();
    CompletableFuture<byte[]> raw = new CompletableFuture<>();
    try (Abort.Registration _ = abort.onAbort(configAbort::abort);
        LayerPull layers = new LayerPull(state, transfers, repository, name, manifest, sink)) {
      Thread.ofVirtual().start(() -> fetchConfig(repository, manifest, configAbort, raw));
      layers.run(raw.thenApply(ImagePull::parse), abort);
      abort.check();
      synchronized (state) {
        return name(state.images.create(raw.join(), null, false), wanted, digest);
      }
    } finally {
      configAbort.abort();
    }
  }

  private static void fetchConfig(
      Repository repository, Manifest manifest, Abort abort, CompletableFuture<byte[]> raw) {
    try {
      raw.complete(repository.config(manifest.config(), abort));
    } catch (RuntimeException | Error e) {
      raw.completeExceptionally(e);
    }
  }

  private static ImageConfig parse(byte[] raw) {
    ImageConfig config = ImageConfig.parse(raw);
    String os = config.platform().os();
    if (!os.equals("linux")) {
      throw new InvalidParameter(
          "image operating system \""
              + os
              + "\" cannot be used on this platform: operating system is not supported");
    }
    return config;
  }

  /** Under the state's monitor, so that no prune comes between an image and its name. */
  private Named name(Image image, Reference wanted, Digest digest) {
    boolean changed = !state.names.find(wanted).filter(image.id()::equals).isPresent();
    Map<Reference, Digest> names = new LinkedHashMap<>();
    names.put(wanted.stored(), image.id());
    names.put(wanted.withDigest(digest), image.id());
    state.names.putAll(names);
    return new Named(image, changed);
  }

  /** A tag without an index gives whatever image there is; dockerd says so and goes on. */
  private void warnOfPlatform() {
    if (request.platform() == null) {
      return;
    }
    Platform wanted = PlatformMatcher.normalise(request.platform());
    List<Image> found = state.names.find(name).flatMap(state.images::find).stream().toList();
    for (Image image : found) {
      Platform actual = PlatformMatcher.normalise(image.platform());
      if (new PlatformMatcher(wanted).rank(actual) < 0) {
        sink.update(
            null,
            "WARNING: image with reference "
                + name.familiar()
                + " was found but its platform ("
                + PlatformMatcher.format(actual)
                + ") does not match the specified platform ("
                + PlatformMatcher.format(wanted)
                + ")",
            0,
            0);
      }
    }
  }
}
