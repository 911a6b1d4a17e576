package io.layerd.buildkit;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * A build that is asked for by {@code POST /build?version=2}: by a docker CLI with BuildKit's
 * client built in, without the buildx plugin.
 *
 * @param id by which it can be cancelled, and its context uploaded
 * @param session of the client's files and secrets; empty for none
 * @param options of the frontend {@code dockerfile.v0}
 * @param outputs at most one; none for an image
 * @param entitlements what steps may do that they may not otherwise
 * @param inlineCache whether the image is to hold its cache
 * @param allowed images that it may stand on
 */
public record StreamedBuild(
    String id,
    String session,
    Map<String, String> options,
    List<Output> outputs,
    Set<String> entitlements,
    boolean inlineCache,
    Predicate<String> allowed) {
  /** As context: the archive that comes in this or in another request. */
  public static final String UPLOAD = "http://buildkit-session/upload-request";

  public StreamedBuild {
    options = Map.copyOf(options);
    outputs = List.copyOf(outputs);
    entitlements = Set.copyOf(entitlements);
  }

  /** One output: its kind and its attributes. */
  public record Output(String type, Map<String, String> attributes) {
    public Output {
      attributes = Map.copyOf(attributes);
    }
  }

  /** Shows how a build goes on. */
  @FunctionalInterface
  public interface Trace {
    /**
     * @param status a {@code StatusResponse}
     */
    void show(byte[] status) throws java.io.IOException;
  }
}
