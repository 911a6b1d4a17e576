package io.layerd.graph;

import java.util.regex.Pattern;

/** Names that layerd and dockerd's layer store give layers; BuildKit's have others. */
public final class LayerIds {
  private static final Pattern OURS = Pattern.compile("[0-9a-f]{64}(-init)?");

  private LayerIds() {}

  /** Whether a layer nobody refers to is certain to be left over. */
  public static boolean isLayerStores(String id) {
    return OURS.matcher(id).matches();
  }
}
