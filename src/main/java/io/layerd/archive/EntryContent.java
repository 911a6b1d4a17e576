package io.layerd.archive;

import java.io.IOException;

/** Where the content of a file comes from. */
interface EntryContent {
  /** Writes it all into an open, empty file. */
  void copy(TarHeader header, int fd) throws IOException;
}
