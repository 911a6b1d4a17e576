package io.layerd.network.dns;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Answers the queries of one container, over UDP and TCP. Virtual threads: one for each socket that
 * waits, and one for each question that has to be asked outside.
 */
public final class DnsServer implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(DnsServer.class);
  private static final int MAX_BYTES = 4096;
  private static final int IDLE_MILLIS = 10_000;

  /** Questions asked outside at one time by one container: what is above is refused. */
  private static final int MAX_OUTSIDE = 256;

  private static final String REVERSE4 = ".in-addr.arpa";
  private static final String REVERSE6 = ".ip6.arpa";

  private final DatagramChannel datagrams;
  private final ServerSocketChannel streams;
  private final Names names;
  private final Semaphore outside = new Semaphore(MAX_OUTSIDE);

  private DnsServer(DatagramChannel datagrams, ServerSocketChannel streams, Names names) {
    this.datagrams = datagrams;
    this.streams = streams;
    this.names = names;
  }

  /** Takes over two bound sockets. */
  public static DnsServer start(
      DatagramChannel datagrams, ServerSocketChannel streams, Names names, String label) {
    DnsServer server = new DnsServer(datagrams, streams, names);
    Thread.ofVirtual().name("dns " + label).start(server::receive);
    Thread.ofVirtual().name("dns tcp " + label).start(server::accept);
    return server;
  }

  private void receive() {
    ByteBuffer buffer = ByteBuffer.allocateDirect(MAX_BYTES);
    while (datagrams.isOpen()) {
      try {
        buffer.clear();
        SocketAddress client = datagrams.receive(buffer);
        byte[] message = new byte[buffer.flip().remaining()];
        buffer.get(message);
        serve(message, client);
      } catch (IOException e) {
        LOG.tracef("datagram: %s", e.getMessage());
      } catch (RuntimeException e) {
        LOG.warnf(e, "a name query failed");
      }
    }
  }

  private void serve(byte[] message, SocketAddress client) {
    Question question = Question.parse(message);
    byte[] own = question == null ? null : own(question);
    if (question != null && own != null) {
      send(Answer.fitting(question, own), client);
      return;
    }
    Thread.ofVirtual()
        .start(
            () -> {
              byte[] answer = outside(message, question, false);
              if (answer != null) {
                send(answer, client);
              }
            });
  }

  private void send(byte[] answer, SocketAddress client) {
    try {
      datagrams.send(ByteBuffer.wrap(answer), client);
    } catch (IOException e) {
      LOG.tracef("answer: %s", e.getMessage());
    }
  }

  private void accept() {
    while (streams.isOpen()) {
      try {
        SocketChannel client = streams.accept();
        Thread.ofVirtual().start(() -> serve(client));
      } catch (IOException e) {
        LOG.tracef("accept: %s", e.getMessage());
      }
    }
  }

  private void serve(SocketChannel client) {
    try (client) {
      client.socket().setSoTimeout(IDLE_MILLIS);
      DataInputStream in = new DataInputStream(client.socket().getInputStream());
      DataOutputStream out = new DataOutputStream(client.socket().getOutputStream());
      while (true) {
        byte[] message = Forwarder.read(in);
        Question question = Question.parse(message);
        byte[] own = question == null ? null : own(question);
        byte[] answer = own == null ? outside(message, question, true) : own;
        if (answer == null) {
          return;
        }
        Forwarder.write(out, answer);
      }
    } catch (EOFException e) {
      LOG.tracef("client has gone: %s", e.getMessage());
    } catch (IOException e) {
      LOG.tracef("stream: %s", e.getMessage());
    }
  }

  /** The answer for a name of the network; null if it is none. */
  private byte @Nullable [] own(Question question) {
    return switch (question.type()) {
      case Question.A, Question.AAAA -> {
        List<byte[]> found = names.addresses(question.name(), question.type() == Question.AAAA);
        if (found == null) {
          yield null;
        }
        yield Answer.addresses(question, found);
      }
      case Question.PTR -> {
        byte[] address = reversed(question.name().toLowerCase(Locale.ROOT));
        String name = address == null ? null : names.name(address);
        if (name == null) {
          yield null;
        }
        yield Answer.name(question, name);
      }
      // A name of the network exists, whatever is asked of it; what servers outside say does not
      // count.
      default ->
          names.addresses(question.name(), false) == null
              ? null
              : Answer.addresses(question, List.of());
    };
  }

  private byte @Nullable [] outside(byte[] message, @Nullable Question question, boolean stream) {
    byte[] failure = question == null ? null : Answer.failure(question);
    List<Upstream> servers = names.upstreams();
    if (servers.isEmpty() || !outside.tryAcquire()) {
      return failure;
    }
    try {
      byte[] answer = Forwarder.ask(message, servers, stream);
      return answer == null ? failure : answer;
    } finally {
      outside.release();
    }
  }

  /** {@code 4.3.2.1.in-addr.arpa} is 1.2.3.4. */
  static byte @Nullable [] reversed(String name) {
    boolean ipv6 = name.endsWith(REVERSE6);
    if (!ipv6 && !name.endsWith(REVERSE4)) {
      return null;
    }
    String[] parts =
        name.substring(0, name.length() - (ipv6 ? REVERSE6 : REVERSE4).length()).split("\\.", -1);
    int radix = ipv6 ? 16 : 10;
    if (parts.length != (ipv6 ? 32 : 4)) {
      return null;
    }
    byte[] address = new byte[ipv6 ? 16 : 4];
    try {
      for (int i = 0; i < parts.length; i++) {
        int part = Integer.parseInt(parts[parts.length - 1 - i], radix);
        if (part < 0 || part > (ipv6 ? 15 : 255)) {
          return null;
        }
        if (ipv6) {
          address[i / 2] |= (byte) (i % 2 == 0 ? part << 4 : part);
        } else {
          address[i] = (byte) part;
        }
      }
      return address;
    } catch (NumberFormatException e) {
      return null;
    }
  }

  @Override
  public void close() {
    try (datagrams;
        streams) {
      LOG.tracef("resolver ends");
    } catch (IOException e) {
      LOG.debugf("closing a resolver: %s", e.getMessage());
    }
  }
}
