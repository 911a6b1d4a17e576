package io.layerd.image;

import io.layerd.archive.GzipEncoder;
import io.layerd.error.EngineException;
import io.layerd.error.SystemFailure;
import io.layerd.image.DistributionMetadata.Seen;
import io.layerd.image.ImageService.ProgressSink;
import io.layerd.layer.Layer;
import io.layerd.oci.Descriptor;
import io.layerd.oci.Digest;
import io.layerd.oci.MediaTypes;
import io.layerd.oci.Reference;
import io.layerd.registry.Abort;
import io.layerd.registry.PushRepository;
import io.layerd.registry.PushRepository.Begun;
import io.layerd.registry.RegistrySettings;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One layer on its way into a repository: found there, taken over from another repository of the
 * registry, or sent.
 */
final class LayerPush {
  private static final Logger LOG = Logger.getLogger(LayerPush.class);
  private static final int MOST_MOUNTS = 4;
  private static final long INTERVAL_NANOS = 100_000_000;

  private final ImageState state;
  private final PushRepository repository;
  private final Reference target;
  private final BlobOrigins origins;
  private final Layer layer;
  private final ProgressSink sink;
  private final RegistrySettings settings;
  private final Abort abort;

  LayerPush(
      ImageState state,
      PushRepository repository,
      Reference target,
      BlobOrigins origins,
      Layer layer,
      ProgressSink sink,
      RegistrySettings settings,
      Abort abort) {
    this.state = state;
    this.repository = repository;
    this.target = target;
    this.origins = origins;
    this.layer = layer;
    this.sink = sink;
    this.settings = settings;
    this.abort = abort;
  }

  void say(String status) {
    sink.update(id(), status, 0, 0);
  }

  private String id() {
    return layer.diffId().digest().hex().substring(0, 12);
  }

  /** Blocks until the registry has the layer. */
  Descriptor run() {
    List<Seen> seen = state.distribution.seen(layer.diffId());
    for (Digest digest : origins.inTarget(seen)) {
      Optional<Descriptor> there = find(digest);
      if (there.isPresent()) {
        return noted(there.get(), "Layer already exists");
      }
    }
    Begun begun = null;
    for (BlobOrigins.Origin origin : origins.elsewhere(seen, MOST_MOUNTS)) {
      begun = repository.begin(origin.repository(), origin.digest(), abort);
      if (begun instanceof Begun.Mounted) {
        Optional<Descriptor> mounted = find(origin.digest());
        if (mounted.isPresent()) {
          return noted(mounted.get(), "Mounted from " + origin.repository().path());
        }
      }
    }
    return noted(send(begun instanceof Begun.Waiting waiting ? waiting : null), "Pushed");
  }

  private Optional<Descriptor> find(Digest digest) {
    return repository.find(digest, MediaTypes.DOCKER_LAYER_GZIP, abort);
  }

  private Descriptor noted(Descriptor blob, String status) {
    String digest = blob.digest().toString();
    state.distribution.add(
        layer.diffId(), blob.digest(), target.name(), origins.hmac(digest, target.name()));
    say(status);
    return blob;
  }

  /** Sends it; what breaks on the way is begun anew a few times. */
  private Descriptor send(Begun.@Nullable Waiting begun) {
    Begun.Waiting place = begun;
    for (int attempt = 1; ; attempt++) {
      Tar tar = null;
      try {
        if (place == null) {
          place = (Begun.Waiting) repository.begin(null, null, abort);
        }
        tar = new Tar(state.layers.tar(layer.chainId()));
        InputStream content = new GzipEncoder(tar);
        return repository.upload(place.location(), content, MediaTypes.DOCKER_LAYER_GZIP, abort);
      } catch (SystemFailure e) {
        abort.check();
        IOException damage = tar == null ? null : tar.failure;
        if (damage != null) {
          throw new SystemFailure(String.valueOf(damage.getMessage()), damage);
        }
        if (attempt >= settings.maxDownloadAttempts()) {
          throw e;
        }
        LOG.debugf("upload of %s failed: %s", layer.diffId(), e.getMessage());
        waitBefore(attempt);
        place = null;
      } catch (IOException e) {
        throw new SystemFailure(String.valueOf(e.getMessage()), e);
      }
    }
  }

  private void waitBefore(int attempt) {
    long seconds = settings.retryDelay().multipliedBy(attempt).toSeconds();
    for (long left = seconds; left > 0; left--) {
      say("Retrying in " + left + (left == 1 ? " second" : " seconds"));
      abort.sleep(java.time.Duration.ofSeconds(1));
    }
  }

  /** The layer's tar; knows whether reading it failed, as opposed to sending it. */
  private final class Tar extends FilterInputStream {
    private volatile @Nullable IOException failure;
    private long done;
    private long nanos = System.nanoTime() - INTERVAL_NANOS;

    Tar(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      int count;
      try {
        count = super.read(target, offset, length);
      } catch (IOException | EngineException e) {
        failure = e instanceof IOException io ? io : new IOException(e.getMessage(), e);
        throw failure;
      }
      done += Math.max(0, count);
      long now = System.nanoTime();
      if (count < 0 || now - nanos >= INTERVAL_NANOS) {
        nanos = now;
        sink.update(id(), "Pushing", done, layer.sizeBytes());
      }
      return count;
    }
  }
}
