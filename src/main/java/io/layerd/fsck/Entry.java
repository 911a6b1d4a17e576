package io.layerd.fsck;

import io.layerd.oci.ChainId;
import io.layerd.oci.DiffId;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A readable layer of {@code layerdb/sha256}. */
record Entry(
    Path directory,
    ChainId id,
    DiffId diffId,
    @Nullable ChainId parent,
    String cacheId,
    long size) {
  String subject() {
    return "layer " + id;
  }
}
