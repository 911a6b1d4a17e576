package io.layerd.sys;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.zip.DataFormatException;
import org.jspecify.annotations.Nullable;

/** By {@link Libisal}: one block of native memory for its state and a window of either side. */
final class IsalInflation implements Inflation {
  // struct inflate_state
  private static final int NEXT_OUT = 0;
  private static final int AVAIL_OUT = 8;
  private static final int NEXT_IN = 16;
  private static final int AVAIL_IN = 32;
  private static final int BLOCK_STATE = 21160;
  private static final int CRC_FLAG = 21172;

  /** More than {@code sizeof(struct inflate_state)}, 87,368: a later version may add to it. */
  private static final int STATE_BYTES = 96 * 1024;

  private static final int WINDOW_BYTES = 64 * 1024;
  private static final int INPUT = STATE_BYTES;
  private static final int OUTPUT = STATE_BYTES + WINDOW_BYTES;

  private static final int ISAL_BLOCK_FINISH = 5;
  private static final int ISAL_GZIP_NO_HDR_VER = 6;
  private static final int ISAL_OUT_OVERFLOW = 2;
  private static final int ISAL_INCORRECT_CHECKSUM = -6;

  /** As many as there are processors that would use them. */
  private static final ArrayBlockingQueue<ByteBuffer> POOL =
      new ArrayBlockingQueue<>(Math.max(2, Runtime.getRuntime().availableProcessors()));

  private @Nullable ByteBuffer memory = take();
  private final long address = Libc.address(block());
  private byte[] input = {};
  private int at;
  private int end;

  IsalInflation() {
    Libc.call(Libisal.INIT, address);
    block().putInt(CRC_FLAG, ISAL_GZIP_NO_HDR_VER);
    block().putInt(AVAIL_IN, 0);
  }

  private static ByteBuffer take() {
    ByteBuffer pooled = POOL.poll();
    return pooled == null
        ? ByteBuffer.allocateDirect(STATE_BYTES + 2 * WINDOW_BYTES).order(ByteOrder.nativeOrder())
        : pooled;
  }

  private ByteBuffer block() {
    if (memory == null) {
      throw new IllegalStateException("closed");
    }
    return memory;
  }

  @Override
  public void begin() {
    Libc.call(Libisal.RESET, address);
    block().putInt(CRC_FLAG, ISAL_GZIP_NO_HDR_VER);
    block().putInt(AVAIL_IN, 0);
    at = end;
  }

  @Override
  public void input(byte[] bytes, int offset, int length) {
    if (remaining() > 0) {
      throw new IllegalStateException("there is input still");
    }
    input = bytes;
    at = offset;
    end = offset + length;
  }

  @Override
  public int inflate(byte[] into, int offset, int length) throws DataFormatException {
    ByteBuffer block = block();
    int most = Math.min(length, WINDOW_BYTES);
    while (!ended()) {
      boolean more = load(block);
      block.putLong(NEXT_OUT, address + OUTPUT).putInt(AVAIL_OUT, most);
      int result = (int) Libc.call(Libisal.INFLATE, address);
      if (result == ISAL_INCORRECT_CHECKSUM) {
        throw new WrongSum();
      }
      if (result < 0 || result > ISAL_OUT_OVERFLOW) {
        throw new DataFormatException("no deflate data (" + result + ")");
      }
      int n = most - block.getInt(AVAIL_OUT);
      if (n > 0) {
        block.get(OUTPUT, into, offset, n);
        return n;
      }
      if (!more) {
        return 0;
      }
    }
    return 0;
  }

  /**
   * Fills an empty window.
   *
   * @return whether there is something in it
   */
  private boolean load(ByteBuffer block) {
    if (block.getInt(AVAIL_IN) == 0 && at < end) {
      int n = Math.min(end - at, WINDOW_BYTES);
      block.put(INPUT, input, at, n);
      block.putLong(NEXT_IN, address + INPUT).putInt(AVAIL_IN, n);
      at += n;
    }
    return block.getInt(AVAIL_IN) > 0;
  }

  @Override
  public boolean ended() {
    return block().getInt(BLOCK_STATE) == ISAL_BLOCK_FINISH;
  }

  @Override
  public int remaining() {
    return end - at + block().getInt(AVAIL_IN);
  }

  @Override
  public void close() {
    ByteBuffer done = memory;
    memory = null;
    if (done != null) {
      POOL.offer(done);
    }
  }
}
