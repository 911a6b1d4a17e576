package io.layerd.container;

import io.layerd.container.ContainerService.WaitResult;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Those who wait for a container to end or to be removed. */
final class Waiters {
  private List<CompletableFuture<WaitResult>> exit = new ArrayList<>();
  private List<CompletableFuture<WaitResult>> removal = new ArrayList<>();
  private boolean removed;

  /** A future of the next exit, or of the removal. */
  synchronized CompletableFuture<WaitResult> add(boolean untilRemoved, int codeIfRemoved) {
    CompletableFuture<WaitResult> future = new CompletableFuture<>();
    if (removed) {
      future.complete(new WaitResult(codeIfRemoved, null));
      return future;
    }
    List<CompletableFuture<WaitResult>> list = untilRemoved ? removal : exit;
    // Clients that gave up must not pile up on a container that never ends.
    list.removeIf(CompletableFuture::isDone);
    list.add(future);
    return future;
  }

  /** The process has ended. Call without the container's lock: continuations run here. */
  void exited(int code) {
    List<CompletableFuture<WaitResult>> told;
    synchronized (this) {
      told = exit;
      exit = new ArrayList<>();
    }
    told.forEach(future -> future.complete(new WaitResult(code, null)));
  }

  /** The container is gone: everyone is told. */
  void removed(int code) {
    List<CompletableFuture<WaitResult>> told;
    synchronized (this) {
      removed = true;
      told = removal;
      removal = new ArrayList<>();
    }
    exited(code);
    told.forEach(future -> future.complete(new WaitResult(code, null)));
  }
}
