package io.layerd.logs;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A log that is being read, of a container that may run. */
public final class LogView implements AutoCloseable {
  private final @Nullable LogShipper shipper;
  private final LogCursor cursor;

  LogView(@Nullable LogShipper shipper, LogCursor cursor) {
    this.shipper = shipper;
    this.cursor = cursor;
  }

  /** The next record; null at the end of what is written so far. */
  public @Nullable LogRecord next() throws IOException {
    return cursor.next();
  }

  /** Grows with what is written. */
  public long changes() {
    return shipper == null ? 0 : shipper.changes();
  }

  /** Whether nothing more comes; ask before reading the rest. */
  public boolean ended() {
    return shipper == null || shipper.ended();
  }

  /** Waits until there is more than there was, the run is over, or it took too long. */
  public void await(long seen, long millis) throws InterruptedException {
    if (shipper != null) {
      shipper.await(seen, millis);
    }
  }

  @Override
  public void close() throws IOException {
    cursor.close();
  }
}
