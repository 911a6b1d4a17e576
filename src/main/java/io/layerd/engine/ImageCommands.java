package io.layerd.engine;

import io.layerd.image.ImageService.HistoryLine;
import io.layerd.image.ImageService.Image;
import io.layerd.image.ImageService.LoginRequest;
import io.layerd.image.ImageService.ProgressSink;
import io.layerd.image.ImageService.Pruned;
import io.layerd.image.ImageService.PullRequest;
import io.layerd.image.ImageService.Removed;
import io.layerd.image.ImageService.Summary;
import io.smallrye.mutiny.Uni;
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
