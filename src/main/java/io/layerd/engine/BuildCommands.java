package io.layerd.engine;

import io.layerd.build.BuildOutcome;
import io.layerd.build.BuildOutput;
import io.layerd.build.BuildRequest;
import io.smallrye.mutiny.Uni;
import java.io.InputStream;
import java.util.List;
import java.util.Map;

/** Builds of images. */
public interface BuildCommands {
  /**
   * Builds from an archive, which is read on the build's own thread.
   *
   * @param output called on that thread
   */
  Uni<BuildOutcome> build(BuildRequest request, InputStream context, BuildOutput output);

  /**
   * Builds from a context that is elsewhere: a git repository, an archive, a Dockerfile.
   *
   * @param output called on the build's own thread
   */
  Uni<BuildOutcome> build(BuildRequest request, String url, BuildOutput output);

  /**
   * Empties the cache that is not images: what cache mounts keep and nothing uses.
   *
   * @param keptBytes what may stay in all; 0 for nothing
   * @return bytes freed
   */
  Uni<Long> pruneCache(Map<String, List<String>> filters, long keptBytes);
}
