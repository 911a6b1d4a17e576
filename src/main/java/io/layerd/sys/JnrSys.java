package io.layerd.sys;

/** Where the host's libc will be bound. */
final class JnrSys {
  private JnrSys() {}

  static Sys load() {
    throw new IllegalStateException("not bound");
  }
}
