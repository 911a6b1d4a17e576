package io.layerd.network.dns;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;

/** A name server outside, and the way to it. */
public interface Upstream {
  InetSocketAddress address();

  /** An unconnected socket of the server's family, from where the server can be reached. */
  DatagramChannel datagrams() throws IOException;

  /** The same for a stream. */
  SocketChannel stream() throws IOException;
}
