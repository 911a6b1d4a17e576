package io.layerd.archive;

import java.io.IOException;

/** Receives all that is needed to make a tar again, in the order of the tar. */
interface TarRecord {
  /** Keeps nothing: for tars that nobody asks for again. */
  TarRecord NONE =
      new TarRecord() {
        @Override
        public void raw(byte[] bytes, int offset, int length) {}

        @Override
        public void file(byte[] name, long sizeBytes, long crc64) {}

        @Override
        public void endSegment() {}
      };

  /** Raw bytes of the tar that are not the content of a file. */
  void raw(byte[] bytes, int offset, int length) throws IOException;

  /** An entry of the tar; size 0 if its content, if any, went to {@link #raw}. */
  void file(byte[] name, long sizeBytes, long crc64) throws IOException;

  /** Ends a run of raw bytes, if there is one. */
  void endSegment() throws IOException;
}
