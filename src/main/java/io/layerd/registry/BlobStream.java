package io.layerd.registry;

import io.layerd.error.EngineException;
import io.layerd.error.NotFound;
import io.layerd.error.SystemFailure;
import io.layerd.oci.Descriptor;
import io.layerd.oci.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A blob, verified: the end of the stream is reached only if size and digest are those of the
 * descriptor. A broken connection is taken up again where it broke; {@code read} throws the
 * engine's own errors, and {@link java.util.concurrent.CancellationException} when aborted.
 */
public final class BlobStream extends InputStream {
  private static final int SKIP_BUFFER = 64 * 1024;

  /** So much progress makes a broken connection a new beginning rather than one more failure. */
  private static final long PROGRESS_BYTES = 1 << 20;

  /** Opens the blob from an offset; the answer is 200 or 206. */
  interface Source {
    Transport.Answer open(Map<String, String> headers) throws IOException;

    URI uri();
  }

  private final Source source;
  private final Descriptor descriptor;
  private final String kind;
  private final RegistrySettings settings;
  private final BlobListener listener;
  private final Abort abort;
  private final MessageDigest hash = Digest.newLayerSha256();
  private Transport.@Nullable Answer answer;
  private Abort.@Nullable Registration registration;
  private long offset;
  private long offsetAtFailure;
  private int failures;
  private boolean verified;
  private volatile @Nullable EngineException failure;

  /**
   * @param kind what messages call it: {@code filesystem layer}, {@code image config}
   */
  BlobStream(
      Source source,
      Descriptor descriptor,
      String kind,
      RegistrySettings settings,
      BlobListener listener,
      Abort abort) {
    this.source = source;
    this.descriptor = descriptor;
    this.kind = kind;
    this.settings = settings;
    this.listener = listener;
    this.abort = abort;
  }

  @Override
  public int read() {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int start, int length) {
    try {
      return length == 0 ? 0 : readSome(target, start, length);
    } catch (EngineException e) {
      failure = e;
      throw e;
    }
  }

  /** Why reading failed, if it did; whoever read may have made another error of it. */
  public @Nullable EngineException failure() {
    return failure;
  }

  private int readSome(byte[] target, int start, int length) {
    while (!verified) {
      abort.check();
      try {
        int count = connected().body().read(target, start, length);
        if (count >= 0) {
          accept(target, start, count);
          return count;
        }
        if (offset < descriptor.size() && truncated()) {
          throw new IOException("unexpected EOF");
        }
        verify();
      } catch (IOException e) {
        disconnect();
        abort.check();
        retryOrFail(e);
      }
    }
    return -1;
  }

  private void accept(byte[] target, int start, int count) {
    offset += count;
    if (offset > descriptor.size()) {
      throw new SystemFailure(
          kind
              + " verification failed for digest "
              + descriptor.digest()
              + ": larger than the "
              + descriptor.size()
              + " bytes its manifest says");
    }
    hash.update(target, start, count);
    listener.received(offset);
  }

  /** A body without a declared length that ends early may have been cut. */
  private boolean truncated() {
    return answer == null || answer.header("Content-Length") == null;
  }

  private void verify() {
    boolean whole = offset == descriptor.size();
    if (!Digest.ofSha256(hash.digest()).equals(descriptor.digest()) || !whole) {
      throw new SystemFailure(
          kind
              + " verification failed for digest "
              + descriptor.digest()
              + (whole ? "" : ": " + offset + " bytes, its manifest says " + descriptor.size()));
    }
    verified = true;
    disconnect();
  }

  private Transport.Answer connected() throws IOException {
    Transport.Answer current = answer;
    if (current != null) {
      return current;
    }
    Transport.Answer opened =
        source.open(offset == 0 ? Map.of() : Map.of("Range", "bytes=" + offset + "-"));
    if (opened.status() == 416) {
      opened.close();
      opened = source.open(Map.of());
    }
    if (opened.status() != 200 && opened.status() != 206) {
      throw RegistryError.of(opened);
    }
    registration = abort.onAbort(opened.body()::close);
    answer = opened;
    skip(opened.body(), offset - position(opened));
    return opened;
  }

  private static long position(Transport.Answer opened) throws IOException {
    if (opened.status() == 200) {
      return 0; // a server that knows no Range sends all of it again
    }
    String range = String.valueOf(opened.header("Content-Range"));
    if (!range.matches("bytes [0-9]{1,18}-.*")) {
      throw new IOException("invalid Content-Range header: " + range);
    }
    return Long.parseLong(range.substring(6, range.indexOf('-')));
  }

  private static void skip(InputStream body, long count) throws IOException {
    if (count < 0) {
      throw new IOException("the registry answered from a later offset than asked for");
    }
    byte[] buffer = new byte[SKIP_BUFFER];
    for (long left = count; left > 0; ) {
      int read = body.read(buffer, 0, (int) Math.min(left, buffer.length));
      if (read < 0) {
        throw new IOException("unexpected EOF");
      }
      left -= read;
    }
  }

  private void retryOrFail(IOException error) {
    if (error instanceof RegistryError refusal
        && refusal.status() >= 400
        && refusal.status() < 500
        && refusal.status() != 429) {
      throw refusal.status() == 404
          ? new NotFound("unknown blob", refusal)
          : new SystemFailure(refusal.getMessage(), refusal);
    }
    if (offset - offsetAtFailure >= PROGRESS_BYTES) {
      failures = 0;
    }
    offsetAtFailure = offset;
    failures++;
    if (failures >= settings.maxDownloadAttempts()) {
      throw new SystemFailure(finalWords(error), error);
    }
    Duration delay = settings.retryDelay().multipliedBy(failures);
    for (long left = delay.toMillis(); left > 0; left -= 1000) {
      listener.retrying((int) Math.ceilDiv(left, 1000));
      abort.sleep(Duration.ofMillis(Math.min(left, 1000)));
    }
  }

  private String finalWords(IOException error) {
    if (error instanceof RegistryError) {
      return String.valueOf(error.getMessage());
    }
    String text = String.valueOf(error.getMessage());
    boolean cut = text.contains("content-length") || text.contains("EOF") || offset > 0;
    return cut && !text.startsWith("no data")
        ? "unexpected EOF"
        : NetworkErrors.describe("GET", source.uri(), error);
  }

  /** Reads what is left, so that the digest is checked. */
  public void drain() {
    byte[] buffer = new byte[SKIP_BUFFER];
    while (read(buffer, 0, buffer.length) >= 0) {
      // only the check at the end matters
    }
  }

  private void disconnect() {
    Abort.Registration held = registration;
    if (held != null) {
      held.close();
      registration = null;
    }
    Transport.Answer current = answer;
    if (current != null) {
      current.close();
      answer = null;
    }
  }

  @Override
  public void close() {
    disconnect();
  }
}
