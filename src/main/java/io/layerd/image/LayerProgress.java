package io.layerd.image;

import io.layerd.image.ImageService.ProgressSink;
import io.layerd.registry.BlobListener;

/** What a client sees of one layer: dockerd's words, ten times a second at most. */
final class LayerProgress implements BlobListener {
  private static final long INTERVAL_NANOS = 100_000_000;

  private final ProgressSink sink;
  private final String id;
  private final long sizeBytes;
  private long lastNanos;
  private long received;
  private boolean downloaded;

  LayerProgress(ProgressSink sink, String id, long sizeBytes) {
    this.sink = sink;
    this.id = id;
    this.sizeBytes = sizeBytes;
    this.lastNanos = System.nanoTime() - INTERVAL_NANOS;
  }

  synchronized void say(String status) {
    sink.update(id, status, 0, 0);
  }

  @Override
  public synchronized void received(long totalBytes) {
    if (downloaded || totalBytes <= received) {
      return;
    }
    received = totalBytes;
    long now = System.nanoTime();
    if (now - lastNanos >= INTERVAL_NANOS) {
      lastNanos = now;
      sink.update(id, "Downloading", totalBytes, sizeBytes);
    }
  }

  @Override
  public synchronized void retrying(int seconds) {
    say("Retrying in " + seconds + (seconds == 1 ? " second" : " seconds"));
  }

  /** All bytes are here, and they are the right ones. */
  synchronized void downloaded() {
    if (!downloaded) {
      downloaded = true;
      say("Verifying Checksum");
      say("Download complete");
    }
  }

  /** The layer is getting its place. */
  synchronized void extracting() {
    downloaded();
    sink.update(id, "Extracting", sizeBytes, sizeBytes);
  }
}
