package io.layerd.archive;

import java.io.IOException;

/** What becomes of a tree that is walked. */
interface TreeOutput {
  /** An entry without content. */
  void entry(TarEntry entry) throws IOException;

  /**
   * A regular file.
   *
   * @param fd open for reading at its start; exactly as many bytes as the entry says are taken
   */
  void file(TarEntry entry, int fd) throws IOException;
}
