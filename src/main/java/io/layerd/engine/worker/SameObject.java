package io.layerd.engine.worker;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.MessageCodec;

/** Hands objects over the local event bus as they are. */
final class SameObject implements MessageCodec<Object, Object> {
  private final String name;

  SameObject(String name) {
    this.name = name;
  }

  @Override
  public void encodeToWire(Buffer buffer, Object object) {
    throw new IllegalStateException("lanes are local");
  }

  @Override
  public Object decodeFromWire(int position, Buffer buffer) {
    throw new IllegalStateException("lanes are local");
  }

  @Override
  public Object transform(Object object) {
    return object;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public byte systemCodecID() {
    return -1;
  }
}
