package io.layerd.buildkit;

import io.layerd.rpc.WireWriter;

/** fsutil's {@code Packet} message: kinds, and those that are sent. */
final class Packet {
  static final int STAT = 0;
  static final int REQUEST = 1;
  static final int DATA = 2;
  static final int END = 3;
  static final int ERROR = 4;

  private Packet() {}

  static byte[] request(int id) {
    return new WireWriter().number(1, REQUEST).number(3, id).toBytes();
  }

  static byte[] end() {
    return new WireWriter().number(1, END).toBytes();
  }

  static byte[] stat(FileStat stat) {
    return new WireWriter().message(2, stat.message()).toBytes();
  }

  /** No more files. */
  static byte[] lastStat() {
    return new byte[0];
  }

  /** A piece of a file; an empty one ends it. */
  static byte[] data(int id, byte[] piece) {
    return new WireWriter().number(1, DATA).number(3, id).bytes(4, piece).toBytes();
  }
}
