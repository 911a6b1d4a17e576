package io.layerd.engine;

import io.layerd.engine.worker.LaneGroup;
import io.layerd.engine.worker.Lanes;
import io.layerd.image.Cancel;
import io.layerd.image.ImageArchives.ImportListener;
import io.layerd.image.ImageArchives.ImportRequest;
import io.layerd.image.ImageArchives.LoadListener;
import io.layerd.image.ImageService;
import io.layerd.image.ImageService.HistoryLine;
import io.layerd.image.ImageService.Image;
import io.layerd.image.ImageService.LoginRequest;
import io.layerd.image.ImageService.ProgressSink;
import io.layerd.image.ImageService.Pruned;
import io.layerd.image.ImageService.PullRequest;
import io.layerd.image.ImageService.PushListener;
import io.layerd.image.ImageService.PushRequest;
import io.layerd.image.ImageService.Removed;
import io.layerd.image.ImageService.SearchRequest;
import io.layerd.image.ImageService.Summary;
import io.layerd.layer.LayerStore;
import io.layerd.oci.ChainId;
import io.layerd.oci.Platform;
import io.layerd.registry.Described;
import io.layerd.registry.RegistryCredentials;
import io.layerd.registry.SearchResult;
import io.smallrye.mutiny.Uni;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Images on the storage lanes; a pull on a thread of its own. */
final class LaneImages implements ImageCommands {
  private final LaneGroup lanes;
  private final ImageService images;
  private final LayerStore layers;

  LaneImages(Lanes lanes, ImageService images, LayerStore layers) {
    this.lanes = lanes.storage();
    this.images = images;
    this.layers = layers;
  }

  @Override
  public Uni<List<Summary>> list(
      boolean all, boolean sharedSize, Map<String, List<String>> filters) {
    return Unis.onLane(lanes, "image list", () -> images.list(all, sharedSize, filters));
  }

  @Override
  public Uni<ImageDetails> inspect(String reference) {
    return Unis.onLane(lanes, "image inspect", () -> details(images.get(reference)));
  }

  private ImageDetails details(Image image) {
    ChainId chain = image.chainId();
    return new ImageDetails(
        image,
        images.summary(image.id()),
        layers.driverName(),
        chain == null ? Map.of() : layers.layerData(chain),
        images.lastTagged(image.id()).orElse(null));
  }

  @Override
  public Uni<List<HistoryLine>> history(String reference) {
    return Unis.onLane(lanes, "image history", () -> images.history(reference));
  }

  @Override
  public Uni<Void> tag(String source, String repository, String tag) {
    return Unis.onLane(lanes, "image tag", () -> images.tag(source, repository, tag));
  }

  @Override
  public Uni<List<Removed>> remove(String reference, boolean force, boolean prune) {
    return Unis.onLane(lanes, "image remove", () -> images.remove(reference, force, prune));
  }

  @Override
  public Uni<Pruned> prune(Map<String, List<String>> filters) {
    return Unis.onLane(lanes, "image prune", () -> images.prune(filters));
  }

  @Override
  public Uni<Void> pull(PullRequest request, ProgressSink progress) {
    return Uni.createFrom()
        .deferred(
            () -> {
              Cancel gone = new Cancel();
              return Unis.onPlatformThread(
                      "pull " + request.reference(), () -> images.pull(request, progress, gone))
                  .onCancellation()
                  .invoke(gone::cancelAside);
            });
  }

  @Override
  public Uni<Void> push(PushRequest request, PushListener listener) {
    return Uni.createFrom()
        .deferred(
            () -> {
              Cancel gone = new Cancel();
              return Unis.onPlatformThread(
                      "push " + request.reference(), () -> images.push(request, listener, gone))
                  .onCancellation()
                  .invoke(gone::cancelAside);
            });
  }

  @Override
  public Uni<Void> save(List<String> references, @Nullable Platform platform, OutputStream out) {
    return Unis.onPlatformThread("save", () -> images.save(references, platform, out));
  }

  @Override
  public Uni<Void> load(InputStream archive, @Nullable Platform platform, LoadListener listener) {
    return Unis.onPlatformThread("load", () -> images.load(archive, platform, listener));
  }

  @Override
  public Uni<Image> importTar(
      @Nullable InputStream tar, ImportRequest request, ImportListener listener) {
    return Uni.createFrom()
        .deferred(
            () -> {
              Cancel gone = new Cancel();
              AtomicReference<Image> made = new AtomicReference<>();
              return Unis.onPlatformThread(
                      "import", () -> made.set(images.importTar(tar, request, listener, gone)))
                  .map(_ -> made.get())
                  .onCancellation()
                  .invoke(gone::cancelAside);
            });
  }

  @Override
  public Uni<Described> lookUp(String reference, RegistryCredentials credentials) {
    return Unis.onVirtualThreadFor("lookup", () -> images.lookUp(reference, credentials));
  }

  @Override
  public Uni<List<SearchResult>> search(SearchRequest request) {
    return Unis.onVirtualThreadFor("search", () -> images.search(request));
  }

  @Override
  public Uni<Void> login(LoginRequest request) {
    return Unis.onVirtualThread("login", () -> images.login(request));
  }
}
