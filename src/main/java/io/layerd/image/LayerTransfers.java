package io.layerd.image;

import io.layerd.layer.LayerStore;
import io.layerd.oci.Descriptor;
import io.layerd.oci.Digest;
import io.layerd.registry.RegistryOptions;
import io.layerd.registry.Repository;
import java.util.HashMap;
import java.util.Map;

/** All transfers under way; a layer that several pulls want is fetched once. */
final class LayerTransfers {
  private final LayerStore layers;
  private final TransferSlots slots;
  private final Map<Digest, Entry> entries = new HashMap<>();

  private static final class Entry {
    private final LayerTransfer transfer;
    private final Runnable work;
    private int shares;

    Entry(LayerTransfer transfer) {
      this.transfer = transfer;
      this.work = transfer::run;
    }
  }

  LayerTransfers(LayerStore layers, RegistryOptions options) {
    this.layers = layers;
    this.slots = new TransferSlots(() -> options.get().maxConcurrentDownloads());
  }

  /** One pull's part in a transfer; closing it is leaving. */
  final class Share implements AutoCloseable {
    private final Entry entry;
    private final Digest digest;
    private final LayerProgress progress;
    private final boolean started;
    private boolean closed;

    private Share(Entry entry, Digest digest, LayerProgress progress, boolean started) {
      this.entry = entry;
      this.digest = digest;
      this.progress = progress;
      this.started = started;
    }

    LayerTransfer transfer() {
      return entry.transfer;
    }

    LayerProgress progress() {
      return progress;
    }

    /** Whether it is being fetched, rather than waiting for others to finish. */
    boolean started() {
      return started;
    }

    /** The last one to leave ends the transfer. */
    @Override
    public void close() {
      entry.transfer.unwatch(progress);
      synchronized (LayerTransfers.this) {
        if (closed) {
          return;
        }
        closed = true;
        if (--entry.shares > 0) {
          return;
        }
        entries.remove(digest, entry);
        slots.withdraw(entry.work);
      }
      entry.transfer.drop();
    }
  }

  /** Takes part in fetching a layer. A failed transfer is not joined but begun anew. */
  synchronized Share join(Repository repository, Descriptor layer, LayerProgress progress) {
    Entry entry = entries.get(layer.digest());
    boolean started = true;
    if (entry == null || entry.transfer.done().isCompletedExceptionally()) {
      entry = new Entry(new LayerTransfer(layers, repository, layer));
      entries.put(layer.digest(), entry);
      entry.transfer.watch(progress);
      started = slots.submit(entry.work);
    } else {
      entry.transfer.watch(progress);
    }
    entry.shares++;
    return new Share(entry, layer.digest(), progress, started);
  }
}
