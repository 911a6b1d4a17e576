package io.layerd.archive;

import io.layerd.sys.Sys;

/** Makes unpackers. They keep no state: one serves any number of layers at once. */
public final class LayerUnpackers {
  private LayerUnpackers() {}

  /**
   * An unpacker that reads and hashes ahead on a second thread while the caller's thread writes
   * files. If unpacking fails, close the stream: a read may still be under way.
   */
  public static LayerUnpacker create(Sys sys) {
    return create(sys, UnpackLimits.DEFAULT);
  }

  /** The same with other limits. */
  public static LayerUnpacker create(Sys sys, UnpackLimits limits) {
    return new OnePassUnpacker(sys, ReadAheadChunks::new, limits);
  }

  /** An unpacker that does everything on the caller's thread. */
  static LayerUnpacker serial(Sys sys) {
    return new OnePassUnpacker(sys, HashingChunks::new, UnpackLimits.DEFAULT);
  }
}
