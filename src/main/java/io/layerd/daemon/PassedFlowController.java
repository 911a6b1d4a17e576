package io.layerd.daemon;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameWriter;
import io.netty.handler.codec.http2.Http2LocalFlowController;
import io.netty.handler.codec.http2.Http2Stream;

/** HTTP/2's flow control of what comes in, passed on to another, so that one can look on. */
class PassedFlowController implements Http2LocalFlowController {
  private final Http2LocalFlowController flow;

  PassedFlowController(Http2LocalFlowController flow) {
    this.flow = flow;
  }

  @Override
  public Http2LocalFlowController frameWriter(Http2FrameWriter writer) {
    flow.frameWriter(writer);
    return this;
  }

  @Override
  public void channelHandlerContext(ChannelHandlerContext ctx) throws Http2Exception {
    flow.channelHandlerContext(ctx);
  }

  @Override
  public void receiveFlowControlledFrame(
      Http2Stream stream, ByteBuf data, int padding, boolean endOfStream) throws Http2Exception {
    flow.receiveFlowControlledFrame(stream, data, padding, endOfStream);
  }

  @Override
  public boolean consumeBytes(Http2Stream stream, int bytes) throws Http2Exception {
    return flow.consumeBytes(stream, bytes);
  }

  @Override
  public int unconsumedBytes(Http2Stream stream) {
    return flow.unconsumedBytes(stream);
  }

  @Override
  public int initialWindowSize(Http2Stream stream) {
    return flow.initialWindowSize(stream);
  }

  @Override
  public void initialWindowSize(int bytes) throws Http2Exception {
    flow.initialWindowSize(bytes);
  }

  @Override
  public int initialWindowSize() {
    return flow.initialWindowSize();
  }

  @Override
  public int windowSize(Http2Stream stream) {
    return flow.windowSize(stream);
  }

  @Override
  public void incrementWindowSize(Http2Stream stream, int bytes) throws Http2Exception {
    flow.incrementWindowSize(stream, bytes);
  }
}
