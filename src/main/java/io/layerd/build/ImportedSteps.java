package io.layerd.build;

import io.layerd.layer.Layer;
import io.layerd.oci.ChainId;
import io.layerd.oci.Digest;
import org.jspecify.annotations.Nullable;

/** Steps that were done elsewhere. Called from several threads. */
public interface ImportedSteps {
  ImportedSteps NONE = (_, _, _) -> null;

  /**
   * What a step made.
   *
   * @param layer held for the caller, who has to release it; null if it changed no file
   */
  record Found(@Nullable Layer layer) {}

  /**
   * Looks for a step and fetches its layer.
   *
   * @param below the layers it stands on; null for none
   * @return null if nobody did it, or its layer cannot be had any more
   */
  @Nullable Found find(Digest key, @Nullable ChainId below, BuildReport report);
}
