package io.layerd.build;

import static org.assertj.core.api.Assertions.assertThat;

import io.layerd.image.Cancel;
import io.layerd.sys.Sys;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120) // a lost wake-up is a failure, not a hang
class CacheMountsTest {
  private static final class Never implements io.layerd.image.ImageService.Cancellation {
    @Override
    public boolean cancelled() {
      return false;
    }

    @Override
    public void onCancel(Runnable action) {
      // it stays
    }
  }

  private static final Cancel STAYS = new Cancel(new Never());

  @TempDir Path directory = Path.of("/");

  private CacheMounts caches() {
    return new CacheMounts(Sys.host(), directory.resolve("caches"));
  }

  @Test
  void whoeverWaitsForALockedOneGoesWithItsClient() throws Exception {
    CacheMounts caches = caches();
    Cancel gone = new Cancel(new Never());
    try (CacheMounts.Lease _ = caches.use("/locked", "locked", STAYS)) {
      AtomicReference<Throwable> end = new AtomicReference<>();
      Thread waiting =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      caches.use("/locked", "locked", gone).close();
                    } catch (RuntimeException | InterruptedException e) {
                      end.set(e);
                    }
                  });
      while (waiting.getState() != Thread.State.WAITING && waiting.isAlive()) {
        Thread.sleep(5);
      }
      gone.cancel();
      waiting.join(60_000);
      assertThat(end.get()).isInstanceOf(CancellationException.class);
    }
  }

  @Test
  void whatOneStepLeftTheNextFinds() throws Exception {
    CacheMounts caches = caches();
    assertThat(caches.list()).isEmpty();
    try (CacheMounts.Lease lease = caches.use("/a", "shared", STAYS)) {
      assertThat(lease.fresh()).isTrue();
      Files.writeString(lease.data().resolve("f"), "12345");
    }
    try (CacheMounts.Lease lease = caches().use("/a", "shared", STAYS)) {
      assertThat(lease.fresh()).isFalse();
      assertThat(lease.data().resolve("f")).hasContent("12345");
    }
    try (CacheMounts.Lease lease = caches.use("/b", "shared", STAYS)) {
      assertThat(lease.fresh()).isTrue();
    }
  }

  @Test
  void theLongestUnusedGoFirstUntilLittleEnoughIsKept() throws Exception {
    CacheMounts caches = caches();
    for (String id : new String[] {"/one", "/two", "/three"}) {
      try (CacheMounts.Lease lease = caches.use(id, "shared", STAYS)) {
        Files.writeString(lease.data().resolve("f"), "12345");
        caches.describe(lease, id, "/c", "make all");
      }
      Thread.sleep(20); // times of use differ
    }
    assertThat(caches.list())
        .extracting(CacheMounts.Entry::description)
        .contains("cached mount /c from exec make all with id \"//one\"");
    assertThat(caches.remove(caches.list(), 10))
        .extracting(CacheMounts.Entry::id)
        .containsExactly("/one");
    assertThat(caches.remove(caches.list(), 100)).isEmpty();
    assertThat(caches.remove(caches.list(), 0))
        .extracting(CacheMounts.Entry::id)
        .containsExactly("/two", "/three");
    assertThat(caches.list()).isEmpty();
  }

  @Test
  void sharedIsOneAndPrivateIsNot() throws Exception {
    CacheMounts caches = caches();
    try (CacheMounts.Lease one = caches.use("x", "shared", STAYS);
        CacheMounts.Lease two = caches.use("x", "shared", STAYS);
        CacheMounts.Lease own = caches.use("x", "private", STAYS)) {
      assertThat(two.data()).isEqualTo(one.data());
      assertThat(own.data()).isNotEqualTo(one.data());
    }
  }

  @Test
  void aLockedOneIsWaitedFor() throws Exception {
    CacheMounts caches = caches();
    CacheMounts.Lease first = caches.use("x", "locked", STAYS);
    CountDownLatch second = new CountDownLatch(1);
    Thread waiting =
        Thread.ofPlatform()
            .start(
                () -> {
                  try (CacheMounts.Lease lease = caches.use("x", "locked", STAYS)) {
                    assertThat(lease.data()).isEqualTo(first.data());
                    second.countDown();
                  } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                  }
                });
    while (waiting.getState() != Thread.State.WAITING) {
      Thread.sleep(5);
    }
    assertThat(second.getCount()).isEqualTo(1);
    first.close();
    second.await();
    waiting.join();
  }

  @Test
  void whatIsUsedIsNotRemoved() throws Exception {
    CacheMounts caches = caches();
    CacheMounts.Lease lease = caches.use("/a", "shared", STAYS);
    Files.createDirectories(lease.data().resolve("d/e"));
    Files.writeString(lease.data().resolve("d/e/f"), "12345");
    CacheMounts.Entry entry = caches.list().getFirst();
    assertThat(entry.inUse()).isTrue();
    assertThat(entry.id()).isEqualTo("/a");
    assertThat(entry.sizeBytes()).isEqualTo(5);
    assertThat(caches.remove(entry)).isZero();
    assertThat(lease.data()).exists();
    lease.close();
    assertThat(caches.remove(entry)).isEqualTo(5);
    assertThat(caches.list()).isEmpty();
  }
}
