package io.layerd.daemon.nativeimage;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Random numbers of the machine the executable was built on must not become everybody's. */
class RunTimeClassesTest {
  private static final class Secure {
    static final SecureRandom RANDOM = new SecureRandom();
  }

  private static final class Plain {
    static final Random RANDOM = new Random();
  }

  private static final class PerInstance {
    final SecureRandom random = new SecureRandom();
  }

  @Test
  void staticSourcesOnly() {
    assertThat(RunTimeClasses.keepsRandomNumbers(Secure.class)).isTrue();
    assertThat(RunTimeClasses.keepsRandomNumbers(Plain.class)).isTrue();
    assertThat(RunTimeClasses.keepsRandomNumbers(PerInstance.class)).isFalse();
    assertThat(new PerInstance().random).isNotNull();
  }
}
