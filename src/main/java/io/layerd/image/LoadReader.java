package io.layerd.image;

import io.layerd.archive.Compression;
import io.layerd.archive.TarInput;
import io.layerd.error.InvalidParameter;
import io.layerd.image.ImageArchives.LoadListener;
import io.layerd.layer.Layer;
import io.layerd.layer.LayerStore;
import io.layerd.oci.ChainId;
import io.layerd.oci.DiffId;
import io.layerd.oci.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads an archive once, from its first byte to its last. Layers are unpacked while it is read,
 * several together, before anything is known of the images they belong to: the manifest often comes
 * last. JSON is kept in memory.
 */
final class LoadReader {
  private static final int MOST_ENTRIES = 200_000;
  private static final int MOST_FILE_BYTES = 8 << 20;
  private static final long MOST_BYTES = 64L << 20;
  private static final int HEAD_BYTES = 512;
  private static final Pattern BLOB = Pattern.compile("blobs/sha256/([0-9a-f]{64})");

  private final LayerStore layers;
  private final DistributionMetadata distribution;
  private final LoadListener listener;
  private final LoadBudget budget = new LoadBudget();
  private final Semaphore unpacking =
      new Semaphore(Math.max(2, Runtime.getRuntime().availableProcessors()));
  private final Map<DiffId, ChainId> here = new HashMap<>();
  private long keptBytes;

  LoadReader(LayerStore layers, DistributionMetadata distribution, LoadListener listener) {
    this.layers = layers;
    this.distribution = distribution;
    this.listener = listener;
    for (Layer layer : layers.all()) {
      here.put(layer.diffId(), layer.chainId());
    }
  }

  /** Reads all of it; whoever calls closes the archive. */
  void read(InputStream in, LoadedArchive archive) throws IOException {
    try (InputStream tar = Compression.open(in)) {
      TarInput input = new TarInput(tar);
      int entries = 0;
      for (TarInput.Entry entry = input.next(); entry != null; entry = input.next()) {
        if (++entries > MOST_ENTRIES) {
          throw new InvalidParameter("the archive has more than " + MOST_ENTRIES + " files");
        }
        take(entry, input, archive);
      }
      // the sender must not be left with bytes it cannot get rid of
      tar.transferTo(java.io.OutputStream.nullOutputStream());
    }
  }

  private void take(TarInput.Entry entry, TarInput input, LoadedArchive archive)
      throws IOException {
    switch (entry.kind()) {
      case FILE -> archive.put(entry.name(), file(entry, input, archive));
      case SYMLINK -> archive.put(entry.name(), new LoadedFile.Link(entry.linkName()));
      case HARD_LINK -> archive.put(entry.name(), archive.get(entry.linkName()));
      case DIRECTORY, OTHER -> {}
    }
  }

  private LoadedFile file(TarInput.Entry entry, TarInput input, LoadedArchive archive)
      throws IOException {
    byte[] head = new byte[(int) Math.min(HEAD_BYTES, entry.sizeBytes())];
    fill(input, head, 0);
    if (!TarInput.looksLikeLayer(head, head.length)) {
      return kept(entry, input, head);
    }
    Matcher blob = BLOB.matcher(entry.name());
    if (blob.matches()) {
      Digest digest = new Digest("sha256", blob.group(1));
      DiffId diffId = distribution.diffId(digest).orElse(new DiffId(digest));
      ChainId chain = here.get(diffId);
      if (chain != null) {
        return new LoadedFile.Known(diffId, chain);
      }
    }
    String id = blob.matches() ? blob.group(1).substring(0, 12) : "";
    return new LoadedFile.Unpacking(unpack(id, entry.sizeBytes(), input, head, archive));
  }

  private LoadedFile kept(TarInput.Entry entry, TarInput input, byte[] head) throws IOException {
    boolean json = head.length > 0 && (head[0] == '{' || head[0] == '[');
    if (entry.sizeBytes() > (json ? MOST_FILE_BYTES : LoadBudget.PIECE_BYTES)) {
      return new LoadedFile.Unusable(
          json
              ? entry.name() + " is larger than " + MOST_FILE_BYTES + " bytes"
              : "archive/tar: invalid tar header");
    }
    keptBytes += entry.sizeBytes();
    if (keptBytes > MOST_BYTES) {
      throw new InvalidParameter(
          "the archive's small files are larger than " + MOST_BYTES + " bytes together");
    }
    byte[] content = Arrays.copyOf(head, (int) entry.sizeBytes());
    fill(input, content, head.length);
    return new LoadedFile.Bytes(content);
  }

  private static void fill(TarInput input, byte[] target, int from) throws IOException {
    int at = from;
    while (at < target.length) {
      at += input.read(target, at, target.length - at);
    }
  }

  private LoadedLayer unpack(
      String id, long sizeBytes, TarInput input, byte[] head, LoadedArchive archive)
      throws IOException {
    try {
      unpacking.acquire();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while loading");
    }
    LoadedLayer layer = new LoadedLayer(layers, budget);
    archive.own(layer);
    layer.start(unpacking);
    try {
      long done = 0;
      byte[] piece = Arrays.copyOf(head, LoadBudget.PIECE_BYTES);
      int length = head.length;
      while (length > 0) {
        int more = 0;
        while (more >= 0 && length < piece.length) {
          more = input.read(piece, length, piece.length - length);
          length += Math.max(0, more);
        }
        layer.send(piece, length);
        done += length;
        if (!id.isEmpty()) {
          listener.loading(id, done, sizeBytes);
        }
        length = 0;
        if (done < sizeBytes) {
          piece = new byte[(int) Math.min(LoadBudget.PIECE_BYTES, sizeBytes - done)];
          length = Math.max(0, input.read(piece, 0, piece.length));
        }
      }
      layer.end();
      return layer;
    } catch (IOException | RuntimeException e) {
      layer.fail(new IOException("unexpected EOF", e));
      throw e;
    }
  }
}
