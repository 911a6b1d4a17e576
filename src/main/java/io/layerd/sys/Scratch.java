package io.layerd.sys;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ArrayBlockingQueue;
import jnr.constants.platform.Errno;

/**
 * Native memory for the arguments of one call. Blocks are pooled, not kept per thread, since
 * virtual threads come and go; a call allocates nothing unless its arguments are huge.
 */
final class Scratch implements AutoCloseable {
  static final int BLOCK_BYTES = 32 * 1024;
  private static final int POOLED = 64;
  private static final ArrayBlockingQueue<Scratch> POOL = new ArrayBlockingQueue<>(POOLED);

  private final ByteBuffer memory;
  private final long address;
  private int used;

  private Scratch(int sizeBytes) {
    memory = ByteBuffer.allocateDirect(sizeBytes).order(ByteOrder.nativeOrder());
    address = Libc.address(memory);
  }

  static Scratch take() {
    Scratch pooled = POOL.poll();
    return pooled == null ? new Scratch(BLOCK_BYTES) : pooled;
  }

  /** A block that holds at least so many bytes. */
  static Scratch take(int sizeBytes) {
    return sizeBytes <= BLOCK_BYTES ? take() : new Scratch(sizeBytes);
  }

  /** Gives the block back; its addresses are void. */
  @Override
  public void close() {
    used = 0;
    if (memory.capacity() == BLOCK_BYTES) {
      POOL.offer(this);
    }
  }

  /** Room for so many bytes, 8-byte aligned, with whatever was there before. */
  long reserve(int sizeBytes) {
    int start = (used + 7) & ~7;
    if (start + sizeBytes > memory.capacity()) {
      throw new IllegalArgumentException("arguments of a system call above " + memory.capacity());
    }
    used = start + sizeBytes;
    return address + start;
  }

  long reserveZeroed(int sizeBytes) {
    long at = reserve(sizeBytes);
    int offset = offset(at);
    for (int i = 0; i < sizeBytes; i++) {
      memory.put(offset + i, (byte) 0);
    }
    return at;
  }

  /** Copies in a NUL-terminated name. */
  long name(byte[] name, String call) throws ErrnoException {
    for (byte b : name) {
      if (b == 0) {
        throw new ErrnoException(call, Names.describe(-1, name), Errno.EINVAL.intValue());
      }
    }
    if (name.length >= BLOCK_BYTES / 3) {
      throw new ErrnoException(call, Names.describe(-1, name), Errno.ENAMETOOLONG.intValue());
    }
    return terminated(name);
  }

  /** Copies in a text, NUL-terminated; any length that fits. */
  long text(String text) {
    return terminated(text.getBytes(StandardCharsets.UTF_8));
  }

  private long terminated(byte[] bytes) {
    long at = reserve(bytes.length + 1);
    int offset = offset(at);
    memory.put(offset, bytes);
    memory.put(offset + bytes.length, (byte) 0);
    return at;
  }

  long bytes(byte[] bytes) {
    long at = reserve(bytes.length);
    memory.put(offset(at), bytes);
    return at;
  }

  byte[] copy(long at, int length) {
    byte[] bytes = new byte[length];
    memory.get(offset(at), bytes);
    return bytes;
  }

  void put(long at, byte[] bytes) {
    memory.put(offset(at), bytes);
  }

  void put(long at, byte[] bytes, int from, int length) {
    memory.put(offset(at), bytes, from, length);
  }

  void get(long at, byte[] into) {
    memory.get(offset(at), into);
  }

  void putShort(long at, int value) {
    memory.putShort(offset(at), (short) value);
  }

  void putInt(long at, int value) {
    memory.putInt(offset(at), value);
  }

  void putLong(long at, long value) {
    memory.putLong(offset(at), value);
  }

  int getUnsignedByte(long at) {
    return memory.get(offset(at)) & 0xff;
  }

  int getUnsignedShort(long at) {
    return memory.getShort(offset(at)) & 0xffff;
  }

  int getInt(long at) {
    return memory.getInt(offset(at));
  }

  long getLong(long at) {
    return memory.getLong(offset(at));
  }

  private int offset(long at) {
    return (int) (at - address);
  }
}
