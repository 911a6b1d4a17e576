package io.layerd.image;

import io.layerd.oci.ChainId;
import io.layerd.oci.DiffId;

/** A file of an archive that is being loaded. */
sealed interface LoadedFile {
  /** A small file, kept in memory. */
  @SuppressWarnings("ArrayRecordComponent") // bytes of a file
  record Bytes(byte[] content) implements LoadedFile {}

  /** A layer that is unpacked while the archive is read. */
  record Unpacking(LoadedLayer layer) implements LoadedFile {}

  /** A layer that is here already, by its name; its bytes were not looked at. */
  record Known(DiffId diffId, ChainId chain) implements LoadedFile {}

  /** Neither: too large to be kept and no layer. */
  record Unusable(String why) implements LoadedFile {}

  /** Another name of a file; followed when the file is wanted. */
  record Link(String target) implements LoadedFile {}
}
