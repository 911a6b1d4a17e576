package io.layerd.image;

import io.layerd.error.Conflict;
import io.layerd.error.NotFound;
import io.layerd.oci.ChainId;
import io.layerd.oci.DiffId;
import io.layerd.oci.Digest;
import io.layerd.oci.Platform;
import io.layerd.oci.Reference;
import io.layerd.registry.Described;
import io.layerd.registry.RegistryCredentials;
import io.layerd.registry.SearchResult;
import io.layerd.spec.ContainerConfig;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Images, their names, and where they come from. All methods block; safe to call together. */
public interface ImageService extends ImageArchives, CacheArchive {
  /**
   * Everything an image's configuration says; {@code raw} is the stored JSON, whose digest is the
   * image id.
   */
  record Image(
      Digest id,
      Platform platform,
      @Nullable Instant created,
      String author,
      String comment,
      String container,
      String dockerVersion,
      ContainerConfig config,
      List<DiffId> diffIds,
      List<History> history,
      @Nullable Digest parent,
      byte[] raw) {
    public @Nullable ChainId chainId() {
      return ChainId.of(diffIds);
    }
  }

  record History(
      @Nullable Instant created,
      String createdBy,
      String author,
      String comment,
      boolean emptyLayer) {}

  /**
   * @param repoTags familiar names ({@code busybox:latest}), sorted
   * @param repoDigests familiar names ({@code busybox@sha256:...}), sorted
   * @param sharedSizeBytes -1 if not asked for
   * @param containers containers made from it, -1 if not asked for
   */
  record Summary(
      Image image,
      List<String> repoTags,
      List<String> repoDigests,
      long sizeBytes,
      long sharedSizeBytes,
      long containers) {}

  /** One line of {@code docker history}: size zero for steps without a layer. */
  record HistoryLine(@Nullable Digest id, History step, long sizeBytes, List<String> tags) {}

  /** What a removal did, in order. */
  sealed interface Removed {
    record Untagged(String reference) implements Removed {}

    record Deleted(String id) implements Removed {}
  }

  /** What a prune removed and how many bytes that freed. */
  record Pruned(List<Removed> removed, long reclaimedBytes) {}

  /**
   * By reference (familiar or full, tag defaults to latest), digest reference, id or unique id
   * prefix.
   *
   * @throws NotFound {@code No such image: NAME:TAG}
   */
  Image get(String reference);

  Optional<Image> find(String reference);

  /** Familiar tags and digests of an image. */
  Summary summary(Digest id);

  /**
   * The list of {@code docker images}: filters as in the API ({@code dangling, label, before,
   * since, until, reference}).
   */
  List<Summary> list(boolean all, boolean sharedSize, Map<String, List<String>> filters);

  List<HistoryLine> history(String reference);

  /** The images that were built on one; on null, those that were built on none. */
  List<Image> builtOn(@Nullable Digest parent);

  /** When the image was last tagged, if it ever was. */
  Optional<Instant> lastTagged(Digest id);

  /** Gives an image one more name, taking it from another image if need be. */
  void tag(String source, String repository, String tag);

  /** Gives an image one more name, for what build, commit, import and load make. */
  void tag(Digest id, Reference name);

  /**
   * Stores a configuration whose layers exist and are held by the caller; durable on return. The
   * image takes references of its own. Known already is fine.
   *
   * @param parent the image it was built on, kept for history and removal
   * @param builtLocally made by build or commit, rather than pulled or loaded
   */
  Image createImage(byte[] config, @Nullable Digest parent, boolean builtLocally);

  /**
   * Untags, and deletes what nothing names or uses any more.
   *
   * @throws Conflict if a container uses it, or it has several names or children, in dockerd's
   *     words
   */
  List<Removed> remove(String reference, boolean force, boolean prune);

  Pruned prune(Map<String, List<String>> filters);

  /**
   * Pulls an image; blocks until done. Layers are fetched and staged together, a bounded number at
   * a time.
   *
   * <p>Cancelling ends it within a second with {@link java.util.concurrent.CancellationException};
   * what another pull shares goes on.
   */
  void pull(PullRequest request, ProgressSink progress, Cancellation cancellation);

  /**
   * Pushes an image or all tags of a repository; blocks until done. Layers are sent together, a
   * bounded number at a time; what the registry has is not sent.
   *
   * @throws io.layerd.error.EngineException in dockerd's words if the registry refuses
   */
  void push(PushRequest request, PushListener listener, Cancellation cancellation);

  /**
   * Looks an image up in its registry, without pulling it.
   *
   * @throws io.layerd.error.EngineException in dockerd's words if there is none
   */
  Described lookUp(String reference, RegistryCredentials credentials);

  /** Searches a registry for repositories; Docker Hub if the term names no other. */
  List<SearchResult> search(SearchRequest request);

  /**
   * Checks credentials with a registry; blocks while it answers.
   *
   * @throws io.layerd.error.SystemFailure in dockerd's words if it refuses them or is not there
   */
  void login(LoginRequest request);

  /** Images that were found damaged at start and are left out. */
  default List<DamagedImage> damaged() {
    return List.of();
  }

  /** Images kept here, and the layers they share. */
  int count();

  /** Asks who uses an image; set once at start, so that this package need not know containers. */
  void containerUses(ContainerUses uses);

  /** Answers which containers refer to an image. */
  interface ContainerUses {
    /** Short ids of containers made from the image; {@code running} only those that run. */
    List<String> of(Digest image, boolean running);
  }

  /**
   * @param reference as the user gave it, with tag or digest; {@code allTags} pulls every tag
   */
  record PullRequest(
      String reference,
      boolean allTags,
      @Nullable Platform platform,
      RegistryCredentials credentials) {}

  /**
   * @param reference with a tag, or a repository alone for all its tags
   */
  record PushRequest(String reference, RegistryCredentials credentials) {}

  /**
   * @param limit 0 for the usual number
   * @param filters {@code is-automated, is-official, stars}
   */
  record SearchRequest(
      String term, int limit, Map<String, List<String>> filters, RegistryCredentials credentials) {}

  /** Hears how a push goes on; called by one thread at a time. */
  interface PushListener extends ProgressSink {
    /** A tag is there, with a manifest of this digest and size. */
    void pushed(String tag, Digest digest, long sizeBytes);
  }

  /**
   * Receives progress; called from several threads, one at a time per call. Must be quick or block
   * briefly.
   */
  interface ProgressSink {
    /**
     * @param id short layer id or tag; null for a plain line. total and current in bytes, 0 if
     *     unknown
     */
    void update(@Nullable String id, String status, long currentBytes, long totalBytes);
  }

  /**
   * Credentials to check.
   *
   * @param server host with or without scheme and path; empty is Docker Hub
   */
  record LoginRequest(String server, RegistryCredentials credentials) {}

  /** Says when whoever asked has gone. */
  interface Cancellation {
    boolean cancelled();

    /** Runs the action when cancelled, at once if it already is. */
    void onCancel(Runnable action);
  }
}
