package io.layerd.build;

import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/** What the client of a BuildKit build has for its steps. */
public interface ClientSide {
  /**
   * @return null if the client has none of that name
   */
  byte @Nullable [] secret(String id);

  /** Whether the client offers an SSH agent of that name. */
  boolean hasAgent(String id);

  /** Joins a connection with the client's agent until one of them ends it. Blocks. */
  void forwardAgent(String id, SocketChannel connection);

  /** Whether the client lets the build have something, such as {@code network.host}. */
  boolean allows(String entitlement);
}
