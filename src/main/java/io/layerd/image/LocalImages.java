package io.layerd.image;

import io.layerd.error.InvalidParameter;
import io.layerd.metrics.EngineMetrics;
import io.layerd.oci.ChainId;
import io.layerd.oci.Descriptor;
import io.layerd.oci.Digest;
import io.layerd.oci.Platform;
import io.layerd.oci.Reference;
import io.layerd.registry.Abort;
import io.layerd.registry.Described;
import io.layerd.registry.Registry;
import io.layerd.registry.RegistryCredentials;
import io.layerd.registry.RegistryOptions;
import io.layerd.registry.SearchResult;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The images of one data root. */
final class LocalImages implements ImageService {
  private final ImageState state;
  private final ImageList list;
  private final ImageHistory history;
  private final ImageRemoval removal;
  private final ImagePrune prune;
  private final Registry registry;
  private final RegistryOptions options;
  private final TransferSlots uploads;
  private final LayerTransfers transfers;

  LocalImages(
      ImageState state, Registry registry, RegistryOptions options, LayerTransfers transfers) {
    this.state = state;
    this.list = new ImageList(state);
    this.history = new ImageHistory(state);
    this.removal = new ImageRemoval(state);
    this.prune = new ImagePrune(state, removal);
    this.registry = registry;
    this.options = options;
    this.uploads = new TransferSlots(() -> options.get().maxConcurrentUploads());
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
  public List<Image> builtOn(@Nullable Digest parent) {
    return state.images.builtOn(parent);
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
  public void save(List<String> references, @Nullable Platform platform, OutputStream out)
      throws IOException {
    new ImageSave(state).run(references, platform, out);
  }

  @Override
  public void saveAs(Digest id, List<Reference> names, OutputStream out) throws IOException {
    new ImageSave(state).run(List.of(new SavedImage(state.get(id.toString()), names)), out);
  }

  @Override
  public void load(InputStream archive, @Nullable Platform platform, LoadListener listener)
      throws IOException {
    new ImageLoad(state, platform, listener).run(archive);
  }

  @Override
  public Image importTar(
      @Nullable InputStream tar,
      ImportRequest request,
      ImportListener listener,
      Cancellation cancellation)
      throws IOException {
    ImageImport operation = new ImageImport(state, request);
    if (tar != null) {
      return operation.run(tar);
    }
    Abort abort = new Abort();
    cancellation.onCancel(abort::abort);
    return new ImportDownload(registry, listener).run(request.source(), operation, abort);
  }

  @Override
  public void login(LoginRequest request) {
    registry.login(request.server(), request.credentials());
  }

  @Override
  public void pull(PullRequest request, ProgressSink progress, Cancellation cancellation) {
    long start = System.nanoTime();
    Abort abort = new Abort();
    cancellation.onCancel(abort::abort);
    new ImagePull(state, transfers, registry, request, progress, abort).run();
    EngineMetrics.IMAGE_PULL.since(start);
  }

  @Override
  public void push(PushRequest request, PushListener listener, Cancellation cancellation) {
    Abort abort = new Abort();
    cancellation.onCancel(abort::abort);
    new ImagePush(state, registry, options, uploads, request, listener, abort).run();
  }

  @Override
  public StoredCache readCache(
      String reference,
      @Nullable Platform platform,
      RegistryCredentials credentials,
      Cancellation cancellation) {
    return new CachePull(state, transfers, registry)
        .read(reference, platform, credentials, cancellation);
  }

  @Override
  public StoredCache readCache(BlobStore store, Digest manifest) {
    return new CacheBlobs(state, store).read(manifest);
  }

  @Override
  public Descriptor writeCache(
      BlobStore store,
      List<ChainId> layers,
      Function<List<Descriptor>, byte[]> document,
      ProgressSink progress,
      Cancellation cancellation) {
    return new CacheBlobs(state, store).write(layers, document, progress, cancellation);
  }

  @Override
  public Digest pushCache(
      String reference,
      List<ChainId> layers,
      Function<List<Descriptor>, byte[]> document,
      RegistryCredentials credentials,
      ProgressSink progress,
      Cancellation cancellation) {
    return new CachePush(state, registry, options)
        .push(reference, layers, document, credentials, progress, cancellation);
  }

  @Override
  public Described lookUp(String reference, RegistryCredentials credentials) {
    return new ImageLookup(registry).run(reference, credentials);
  }

  @Override
  public List<SearchResult> search(SearchRequest request) {
    return new ImageSearch(registry).run(request);
  }

  @Override
  public List<DamagedImage> damaged() {
    return state.images.damaged().entrySet().stream()
        .map(
            one ->
                new DamagedImage(
                    one.getKey(),
                    state.names.of(one.getKey()).stream().map(Reference::familiar).toList(),
                    one.getValue()))
        .toList();
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
