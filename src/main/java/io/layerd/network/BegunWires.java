package io.layerd.network;

import io.layerd.error.SystemFailure;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;

/** Wires of containers that are being made, for each container on a thread of its own. */
final class BegunWires {
  private final Map<String, CompletableFuture<Void>> begun = new ConcurrentHashMap<>();

  void begin(AttachmentState state, Runnable work) {
    begun.put(
        state.containerId(),
        CompletableFuture.runAsync(
            work, task -> Thread.ofPlatform().name("wire " + state.containerName()).start(task)));
  }

  /**
   * Waits for those of a container; there may be none.
   *
   * @throws RuntimeException why they could not be made
   */
  void await(String containerId) {
    CompletableFuture<Void> made = begun.remove(containerId);
    if (made == null) {
      return;
    }
    try {
      made.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException known
          ? known
          : new SystemFailure("cannot wire the container: " + e.getCause(), e);
    }
  }

  /** Waits for those of a container, however they end. */
  void settle(String containerId) {
    CompletableFuture<Void> made = begun.remove(containerId);
    if (made != null) {
      made.handle((_, _) -> "").join();
    }
  }
}
