package io.layerd.api.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.layerd.rpc.RpcCall;
import io.layerd.rpc.RpcException;
import io.layerd.rpc.RpcPeer;
import io.layerd.rpc.RpcService;
import io.layerd.rpc.RpcStream;
import io.layerd.rpc.WireWriter;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Both ends of a connection, over a socket. */
@Timeout(120) // a lost wake-up is a failure, not a hang
class RpcConnectionsTest {
  private final NioEventLoopGroup loop = new NioEventLoopGroup(2);
  private final CountDownLatch cancelled = new CountDownLatch(1);

  @AfterEach
  void close() {
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
  }

  private static void with(Channel channel, java.util.function.Consumer<Channel> action) {
    channel.pipeline().addLast("last", new ChannelInboundHandlerAdapter());
    action.accept(channel);
  }

  private RpcPeer connect(RpcService service) throws InterruptedException {
    Channel server =
        new ServerBootstrap()
            .group(loop)
            .channel(NioServerSocketChannel.class)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    with(channel, each -> RpcConnections.serve(each, "last", service));
                  }
                })
            .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .sync()
            .channel();
    AtomicReference<@Nullable RpcPeer> peer = new AtomicReference<>();
    new Bootstrap()
        .group(loop)
        .channel(NioSocketChannel.class)
        .handler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel channel) {
                with(channel, each -> peer.set(RpcConnections.connect(each, "last")));
              }
            })
        .connect(server.localAddress())
        .sync();
    return Objects.requireNonNull(peer.get());
  }

  private void serve(RpcCall call) throws RpcException, InterruptedException {
    switch (call.method()) {
      case "/t.T/Echo" -> {
        for (byte[] message = call.receive(); message != null; message = call.receive()) {
          call.send(message);
        }
      }
      case "/t.T/Header" -> call.send(new WireWriter().text(1, call.header("x-name")).toBytes());
      case "/t.T/Fail" -> throw new RpcException(RpcException.NOT_FOUND, "100% gone: \u00e4\n");
      case "/t.T/Wait" -> {
        call.onCancel(cancelled::countDown);
        call.send(new byte[0]);
        call.receive();
      }
      default -> throw new IllegalStateException("a bug");
    }
  }

  @Test
  void messagesOfAnySizeGoBothWays() throws Exception {
    RpcStream stream = connect(this::serve).open("/t.T/Echo", Map.of());
    for (int size : new int[] {0, 1, 65_000, 3_000_000}) {
      byte[] message = new byte[size];
      java.util.Arrays.fill(message, (byte) size);
      stream.send(message);
      assertThat(stream.receive()).isEqualTo(message);
    }
    stream.closeSend();
    assertThat(stream.receive()).isNull();
  }

  @Test
  void headersArrive() throws Exception {
    RpcStream stream = connect(this::serve).open("/t.T/Header", Map.of("X-Name", List.of("value")));
    stream.closeSend();
    assertThat(new String(stream.receive(), StandardCharsets.UTF_8)).endsWith("value");
  }

  @Test
  void failuresCarryTheirCodeAndText() throws Exception {
    RpcPeer peer = connect(this::serve);
    assertThatThrownBy(() -> peer.call("/t.T/Fail", new WireWriter()))
        .isInstanceOfSatisfying(
            RpcException.class,
            e -> {
              assertThat(e.code()).isEqualTo(RpcException.NOT_FOUND);
              assertThat(e.text()).isEqualTo("100% gone: \u00e4\n");
            });
    assertThatThrownBy(() -> peer.call("/t.T/Bug", new WireWriter()))
        .isInstanceOfSatisfying(
            RpcException.class, e -> assertThat(e.code()).isEqualTo(RpcException.INTERNAL));
  }

  @Test
  void aCallThatIsCancelledEndsAtTheOtherSide() throws Exception {
    RpcStream stream = connect(this::serve).open("/t.T/Wait", Map.of());
    assertThat(stream.receive()).isEmpty();
    stream.cancel();
    cancelled.await();
    assertThatThrownBy(stream::receive).isInstanceOf(RpcException.class);
  }

  @Test
  void aConnectionThatGoesTakesItsCallsAlong() throws Exception {
    RpcPeer peer = connect(this::serve);
    CountDownLatch closed = new CountDownLatch(1);
    peer.onClose(closed::countDown);
    RpcStream stream = peer.open("/t.T/Wait", Map.of());
    assertThat(stream.receive()).isEmpty();
    peer.close();
    closed.await();
    cancelled.await();
    assertThatThrownBy(stream::receive).isInstanceOf(RpcException.class);
    assertThatThrownBy(() -> peer.open("/t.T/Echo", Map.of())).isInstanceOf(RpcException.class);
  }

  @Test
  void aSenderWaitsForASlowReceiver() throws Exception {
    CountDownLatch mayRead = new CountDownLatch(1);
    RpcPeer peer =
        connect(
            call -> {
              mayRead.await();
              long bytes = 0;
              for (byte[] each = call.receive(); each != null; each = call.receive()) {
                bytes += each.length;
              }
              call.send(new WireWriter().number(1, bytes).toBytes());
            });
    RpcStream stream = peer.open("/t.T/Sum", Map.of());
    java.util.concurrent.atomic.AtomicInteger sent =
        new java.util.concurrent.atomic.AtomicInteger();
    Thread sender =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    for (int i = 0; i < 200; i++) {
                      stream.send(new byte[1 << 16]);
                      sent.incrementAndGet();
                    }
                    stream.closeSend();
                  } catch (RpcException | InterruptedException e) {
                    throw new IllegalStateException(e);
                  }
                });
    while (sender.getState() != Thread.State.WAITING) {
      Thread.sleep(10);
    }
    assertThat(sent.get()).isLessThan(200);
    mayRead.countDown();
    byte[] answer = Objects.requireNonNull(stream.receive());
    sender.join();
    assertThat(io.layerd.rpc.WireMessage.parse(answer).number(1)).isEqualTo(200L << 16);
  }
}
