package io.layerd.image;

import io.layerd.error.InvalidParameter;
import io.layerd.oci.Digest;
import io.layerd.oci.Reference;
import io.layerd.registry.Abort;
import io.layerd.registry.Registry;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The images of one data root. */
final class LocalImages implements ImageService {
  private final ImageState state;
  private final ImageList list;
  private final ImageHistory history;
  private final ImageRemoval removal;
  private final ImagePrune prune;
  private final Registry registry;
  private final LayerTransfers transfers;

  LocalImages(ImageState state, Registry registry, LayerTransfers transfers) {
    this.state = state;
    this.list = new ImageList(state);
    this.history = new ImageHistory(state);
    this.removal = new ImageRemoval(state);
    this.prune = new ImagePrune(state, removal);
    this.registry = registry;
    this.transfers = transfers;
  }

  @Override
  public Image get(String reference) {
    return state.get(reference);
  }

  @Override
  public Optional<Image> find(String reference) {
    return state.find(reference);
  }

  @Override
  public Summary summary(Digest id) {
    return list.summary(state.get(id.toString()));
  }

  @Override
  public List<Summary> list(boolean all, boolean sharedSize, Map<String, List<String>> filters) {
    return list.list(all, sharedSize, filters);
  }

  @Override
  public List<HistoryLine> history(String reference) {
    return history.of(state.get(reference));
  }

  @Override
  public Optional<Instant> lastTagged(Digest id) {
    return state.images.lastTagged(id);
  }

  @Override
  public void tag(String source, String repository, String tag) {
    Image image = state.get(source);
    if (!repository.isEmpty()) {
      Reference name = Reference.parse(repository);
      if (name.digest() != null) {
        throw new InvalidParameter("cannot import digest reference");
      }
      tag(image.id(), tag.isEmpty() ? name : name.withTag(tag));
    }
  }

  @Override
  public void tag(Digest id, Reference name) {
    Reference tagged = name.tagged();
    if (tagged.familiarName().equals("sha256")) {
      throw new InvalidParameter(
          "refusing to create an ambiguous tag using digest algorithm as name");
    }
    Image image;
    synchronized (state) {
      image = state.get(id.toString());
      state.names.put(tagged, id);
      state.images.markTagged(id);
    }
    state.publish("tag", id.toString(), image, tagged.familiar());
  }

  @Override
  public Image createImage(byte[] config, @Nullable Digest parent, boolean builtLocally) {
    return state.images.create(config, parent, builtLocally);
  }

  @Override
  public List<Removed> remove(String reference, boolean force, boolean pruneParents) {
    return removal.remove(reference, force, pruneParents);
  }

  @Override
  public Pruned prune(Map<String, List<String>> filters) {
    return prune.prune(filters);
  }

  @Override
  public void login(LoginRequest request) {
    registry.login(request.server(), request.credentials());
  }

  @Override
  public void pull(PullRequest request, ProgressSink progress, Cancellation cancellation) {
    Abort abort = new Abort();
    cancellation.onCancel(abort::abort);
    new ImagePull(state, transfers, registry, request, progress, abort).run();
  }

  @Override
  public int count() {
    return state.images.count();
  }

  @Override
  public void containerUses(ContainerUses uses) {
    state.containerUses(uses);
  }
}
