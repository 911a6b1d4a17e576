package io.layerd.daemon;

import io.netty.channel.unix.Socket;
import io.netty.util.NetUtil;
import io.vertx.core.net.SocketAddress;

/**
 * A listening socket that was opened before the daemon started, and that whoever opened it keeps.
 *
 * @param unix a Unix socket; else one of TCP
 */
record ActivatedSocket(int fd, boolean unix) {
  /** Where it listens. */
  SocketAddress address() {
    Socket socket = new Socket(fd);
    return unix
        ? SocketAddress.domainSocketAddress(socket.localDomainSocketAddress().path())
        : SocketAddress.inetSocketAddress(socket.localAddress());
  }

  /** As a log names it; a Unix socket without a file starts with an at sign. */
  @Override
  public String toString() {
    Socket socket = new Socket(fd);
    return unix
        ? socket.localDomainSocketAddress().path().replace('\0', '@')
        : NetUtil.toSocketAddressString(socket.localAddress());
  }
}
