package io.layerd.registry;

/** Hears how a blob's transfer goes. Called by the thread that reads. */
public interface BlobListener {
  /** Hears nothing. */
  BlobListener NONE =
      new BlobListener() {
        @Override
        public void received(long totalBytes) {}

        @Override
        public void retrying(int seconds) {}
      };

  /**
   * @param totalBytes handed out so far
   */
  void received(long totalBytes);

  /** The transfer broke and goes on in so many seconds; called once a second. */
  void retrying(int seconds);
}
