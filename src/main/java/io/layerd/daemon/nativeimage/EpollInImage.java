package io.layerd.daemon.nativeimage;

import com.oracle.svm.core.annotate.Substitute;
import com.oracle.svm.core.annotate.TargetClass;
import io.vertx.core.impl.transports.EpollTransport;
import io.vertx.core.spi.transport.Transport;

/**
 * Epoll in native executables. Quarkus puts NIO in its place, which has no Unix sockets; its
 * substitution is removed in application.properties and this one takes its place.
 */
@TargetClass(className = "io.vertx.core.impl.VertxBuilder")
final class EpollInImage {
  private EpollInImage() {}

  @Substitute
  static Transport nativeTransport() {
    return new EpollTransport();
  }
}
