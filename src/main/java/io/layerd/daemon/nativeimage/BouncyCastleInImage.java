package io.layerd.daemon.nativeimage;

import com.oracle.svm.core.annotate.Substitute;
import com.oracle.svm.core.annotate.TargetClass;

/**
 * netty looks whether Bouncy Castle's provider can read a key. Keys reach netty read already, and
 * the provider drags algorithms into the executable that nothing here uses, post-quantum ones among
 * them: netty does not find it.
 */
@TargetClass(className = "io.netty.handler.ssl.util.BouncyCastleUtil")
final class BouncyCastleInImage {
  private BouncyCastleInImage() {}

  @Substitute
  static boolean isBcProvAvailable() {
    return false;
  }

  @Substitute
  static boolean isBcPkixAvailable() {
    return false;
  }

  @Substitute
  static boolean isBcTlsAvailable() {
    return false;
  }

  @Substitute
  private static void ensureLoaded() {}
}
