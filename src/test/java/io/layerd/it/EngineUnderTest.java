package io.layerd.it;

import java.net.URI;
import org.jspecify.annotations.Nullable;
import org.testcontainers.dockerclient.DockerClientProviderStrategy;
import org.testcontainers.dockerclient.TransportConfig;

/** Tells Testcontainers where the engine under test is: on a socket that no environment knows. */
public final class EngineUnderTest extends DockerClientProviderStrategy {
  private static volatile @Nullable String host;

  static void at(String address) {
    host = address;
  }

  @Override
  protected boolean isApplicable() {
    return host != null;
  }

  @Override
  protected int getPriority() {
    return Integer.MAX_VALUE;
  }

  @Override
  protected boolean isPersistable() {
    return false;
  }

  @Override
  public TransportConfig getTransportConfig() {
    return TransportConfig.builder().dockerHost(URI.create(String.valueOf(host))).build();
  }

  @Override
  public String getDescription() {
    return "the engine under test";
  }
}
