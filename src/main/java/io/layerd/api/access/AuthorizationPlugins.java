package io.layerd.api.access;

import io.layerd.error.SystemFailure;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** The authorization plugins of the configuration, in their order. */
public final class AuthorizationPlugins implements AutoCloseable {
  private final Vertx vertx;
  private volatile List<Plugin> plugins = List.of();

  public AuthorizationPlugins(Vertx vertx) {
    this.vertx = vertx;
  }

  /**
   * Takes a list over; blocks until each plugin that is new has answered.
   *
   * @throws SystemFailure in dockerd's words; then nothing has changed
   */
  public void set(List<String> names) {
    List<Plugin> before = plugins;
    List<Plugin> after = new ArrayList<>();
    for (String name : new LinkedHashSet<>(names)) {
      after.add(
          before.stream()
              .filter(plugin -> plugin.name().equals(name))
              .findFirst()
              .orElseGet(() -> activated(name)));
    }
    plugins = List.copyOf(after);
    before.stream().filter(plugin -> !after.contains(plugin)).forEach(Plugin::close);
  }

  private Plugin activated(String name) {
    Plugin plugin = new Plugin(vertx, name);
    try {
      plugin.activate().toCompletionStage().toCompletableFuture().join();
      return plugin;
    } catch (CompletionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new SystemFailure(
          "failed to validate authorization plugin: " + cause.getMessage(), cause);
    }
  }

  /** For a request; null if there are no plugins to ask. */
  @Nullable PluginVisit visit(String uri) {
    List<Plugin> now = plugins;
    return now.isEmpty() ? null : new PluginVisit(now, uri);
  }

  @Override
  public void close() {
    plugins.forEach(Plugin::close);
    plugins = List.of();
  }

  static <T> Future<T> failed(String name, Throwable failure) {
    return Future.failedFuture(
        new SystemFailure(
            "plugin " + name + " failed with error: " + failure.getMessage(), failure));
  }
}
