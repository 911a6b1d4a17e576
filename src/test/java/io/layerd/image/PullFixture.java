package io.layerd.image;

import io.layerd.durable.AtomicFiles;
import io.layerd.events.EventLog;
import io.layerd.image.ImageService.PullRequest;
import io.layerd.oci.Digest;
import io.layerd.oci.Platform;
import io.layerd.registry.Registry;
import io.layerd.registry.RegistryCredentials;
import io.layerd.registry.RegistryOptions;
import io.layerd.registry.RegistrySettings;
import io.layerd.registry.TestRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** An image store on fake layers and a registry to pull from. */
abstract class PullFixture {
  static final RegistrySettings SETTINGS =
      RegistrySettings.DEFAULT.withTimes(Duration.ofMillis(1), Duration.ofSeconds(5));
  static final TestRegistry server = new TestRegistry();
  static final RegistryOptions options = new RegistryOptions(SETTINGS);

  /** One for all tests, as the server is: it learns once that the server speaks no TLS. */
  static final Registry registry = new Registry(options);

  @TempDir Path root;
  final FakeLayerStore layers = new FakeLayerStore();
  final EventLog events = new EventLog();
  final List<String> lines = Collections.synchronizedList(new ArrayList<>());
  ImageService images;

  @BeforeEach
  void open() {
    server.reset();
    options.set(SETTINGS);
    images = ImageServices.open(root, layers, options, registry, events, AtomicFiles.host()::write);
  }

  /** Says when it is cancelled. */
  static final class Switch implements ImageService.Cancellation {
    private final List<Runnable> actions = new ArrayList<>();
    private boolean cancelled;

    @Override
    public synchronized boolean cancelled() {
      return cancelled;
    }

    @Override
    public synchronized void onCancel(Runnable action) {
      actions.add(action);
    }

    synchronized void cancel() {
      cancelled = true;
      actions.forEach(Runnable::run);
    }
  }

  static byte[] tar(int size, long seed) {
    byte[] tar = TestRegistry.noise(size, seed);
    tar[0] = 't';
    return tar;
  }

  void pull(String reference) {
    pull(reference, null, new Switch());
  }

  void pull(String reference, @Nullable Platform platform, Switch cancellation) {
    lines.clear();
    images.pull(
        new PullRequest(
            server.host() + "/" + reference, false, platform, RegistryCredentials.ANONYMOUS),
        (id, status, current, total) -> {
          if (!status.equals("Downloading")) {
            lines.add((id == null ? "" : id + " ") + status);
          }
        },
        cancellation);
  }

  long fetched(Digest blob) {
    return server.requests().stream().filter(r -> r.contains("/blobs/" + blob)).count();
  }

  static String shortId(byte[] blob) {
    return Digest.of(blob).hex().substring(0, 12);
  }
}
