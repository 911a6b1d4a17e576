package io.layerd.engine.worker;

import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.ThreadingModel;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The two groups of lanes: {@code storage} for mounting, copying and deleting, {@code container}
 * for what starts, signals and cleans up containers. See docs/decisions/0001-lanes.md.
 */
public final class Lanes {
  private static final Logger LOG = Logger.getLogger(Lanes.class);
  private static final AtomicInteger INSTANCES = new AtomicInteger();

  /** A reply never times out: a lane always answers, and a copy may take an hour. */
  private static final long FOREVER_MILLIS = TimeUnit.DAYS.toMillis(365);

  private final Vertx vertx;
  private final LaneGroup storage;
  private final LaneGroup container;
  private final List<String> deployments = new ArrayList<>();

  private Lanes(Vertx vertx, LaneGroup storage, LaneGroup container) {
    this.vertx = vertx;
    this.storage = storage;
    this.container = container;
  }

  /**
   * How many lanes there are.
   *
   * @param mostWaiting tasks of one group that may wait; more are refused
   */
  public record Sizes(int storage, int container, int mostWaiting) {
    public static Sizes defaults() {
      return new Sizes(Math.max(4, 2 * Runtime.getRuntime().availableProcessors()), 32, 10_000);
    }
  }

  /** Deploys the worker verticles; the future completes when all lanes take tasks. */
  public static Future<Lanes> deploy(Vertx vertx, Sizes sizes) {
    int instance = INSTANCES.incrementAndGet();
    String codec = "layerd.lanes." + instance;
    vertx.eventBus().registerCodec(new SameObject(codec));
    DeliveryOptions delivery =
        new DeliveryOptions().setLocalOnly(true).setCodecName(codec).setSendTimeout(FOREVER_MILLIS);
    Lanes lanes =
        new Lanes(
            vertx,
            new LaneGroup("storage", vertx, delivery, sizes.mostWaiting()),
            new LaneGroup("container", vertx, delivery, sizes.mostWaiting()));
    return Future.all(
            lanes.deploy(lanes.storage, sizes.storage(), instance, delivery),
            lanes.deploy(lanes.container, sizes.container(), instance, delivery))
        .map(lanes);
  }

  private Future<?> deploy(LaneGroup group, int count, int instance, DeliveryOptions delivery) {
    String pool = "layerd-" + group.name();
    List<Future<?>> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String address = pool + "." + instance + "." + i;
      DeploymentOptions options =
          new DeploymentOptions()
              .setThreadingModel(ThreadingModel.WORKER)
              .setWorkerPoolName(pool + "-" + instance)
              .setWorkerPoolSize(count)
              .setMaxWorkerExecuteTime(10)
              .setMaxWorkerExecuteTimeUnit(TimeUnit.MINUTES);
      all.add(
          vertx
              .deployVerticle(new LaneVerticle(address, delivery), options)
              .onSuccess(
                  id -> {
                    synchronized (deployments) {
                      deployments.add(id);
                    }
                    group.release(address);
                  }));
    }
    return Future.all(all);
  }

  public LaneGroup storage() {
    return storage;
  }

  public LaneGroup container() {
    return container;
  }

  /** Tasks that wait, by group. */
  public Map<String, Integer> queueDepths() {
    return Map.of("storage", storage.queueDepth(), "container", container.queueDepth());
  }

  /** Ends the lanes; what runs is finished first. */
  public Future<?> undeploy() {
    synchronized (deployments) {
      return Future.all(deployments.stream().map(vertx::undeploy).toList());
    }
  }

  static void report(String task, @Nullable Throwable failure) {
    if (failure != null) {
      LOG.errorf(failure, "%s failed", task);
    }
  }
}
