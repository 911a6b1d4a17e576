package io.layerd.sys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import jnr.constants.platform.Errno;
import org.junit.jupiter.api.Test;

class PiecesTest {
  private static void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void quickPiecesStayOnTheirThread() throws ErrnoException {
    Set<Thread> threads = ConcurrentHashMap.newKeySet();
    List<Pieces.Piece> pieces = new ArrayList<>();
    pieces.add(_ -> pause(20));
    for (int i = 0; i < 5; i++) {
      pieces.add(_ -> threads.add(Thread.currentThread()));
    }
    Pieces.run(pieces, false);
    assertThat(threads).as("others are at work already").containsOnly(Thread.currentThread());
  }

  @Test
  void afterASlowOneTheRestGoSideBySide() throws ErrnoException {
    CountDownLatch together = new CountDownLatch(4);
    AtomicInteger met = new AtomicInteger();
    List<Pieces.Piece> pieces = new ArrayList<>();
    pieces.add(_ -> pause(20));
    for (int i = 0; i < 4; i++) {
      pieces.add(
          alone -> {
            assertThat(alone).isFalse();
            together.countDown();
            try {
              if (together.await(30, TimeUnit.SECONDS)) {
                met.incrementAndGet();
              }
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          });
    }
    Pieces.run(pieces, true);
    assertThat(met).hasValue(4);
  }

  @Test
  void aFailureIsTold() {
    List<Pieces.Piece> pieces = new ArrayList<>();
    pieces.add(_ -> pause(20));
    for (int i = 0; i < 3; i++) {
      pieces.add(
          _ -> {
            throw new ErrnoException("unlinkat", "x", Errno.EIO.intValue());
          });
    }
    assertThatThrownBy(() -> Pieces.run(pieces, true)).hasMessageContaining("unlinkat x");
    assertThatThrownBy(() -> Pieces.run(pieces.subList(1, 2), true)).hasMessageContaining("EIO");
  }
}
