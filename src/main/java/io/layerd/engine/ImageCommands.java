package io.layerd.engine;

import io.layerd.image.ImageArchives.ImportListener;
import io.layerd.image.ImageArchives.ImportRequest;
import io.layerd.image.ImageArchives.LoadListener;
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
import io.layerd.oci.Platform;
import io.layerd.registry.Described;
import io.layerd.registry.RegistryCredentials;
import io.layerd.registry.SearchResult;
import io.smallrye.mutiny.Uni;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code /images}. */
public interface ImageCommands {
  Uni<List<Summary>> list(boolean all, boolean sharedSize, Map<String, List<String>> filters);

  Uni<ImageDetails> inspect(String reference);

  Uni<List<HistoryLine>> history(String reference);

  Uni<Void> tag(String source, String repository, String tag);

  Uni<List<Removed>> remove(String reference, boolean force, boolean prune);

  Uni<Pruned> prune(Map<String, List<String>> filters);

  /** Pulls; the sink is called from several threads. Cancelling ends the pull. */
  Uni<Void> pull(PullRequest request, ProgressSink progress);

  /** Pushes; the listener is called from several threads. Cancelling ends the push. */
  Uni<Void> push(PushRequest request, PushListener listener);

  /**
   * Writes images as a tar; the stream may block. Cancelling ends it.
   *
   * @see io.layerd.image.ImageArchives#save
   */
  Uni<Void> save(List<String> references, @Nullable Platform platform, OutputStream out);

  /**
   * Makes the images of an archive; the stream may block. Cancelling ends it.
   *
   * @see io.layerd.image.ImageArchives#load
   */
  Uni<Void> load(InputStream archive, @Nullable Platform platform, LoadListener listener);

  /**
   * Makes an image from the tar of a file system; the stream may block. Cancelling ends it.
   *
   * @see io.layerd.image.ImageArchives#importTar
   */
  Uni<Image> importTar(@Nullable InputStream tar, ImportRequest request, ImportListener listener);

  /** Looks an image up in its registry. */
  Uni<Described> lookUp(String reference, RegistryCredentials credentials);

  /** Searches a registry for repositories. */
  Uni<List<SearchResult>> search(SearchRequest request);

  /** Checks credentials with a registry. */
  Uni<Void> login(LoginRequest request);

  /**
   * All that {@code GET /images/{name}/json} shows.
   *
   * @param graphData {@code GraphDriver.Data} of its top layer
   */
  record ImageDetails(
      Image image,
      Summary summary,
      String driver,
      Map<String, String> graphData,
      @Nullable Instant lastTagged) {}
}
