package io.layerd.daemon;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import sun.misc.Signal;

/**
 * What others ask of the daemon by signals: SIGTERM and SIGINT to stop (a second one ends it at
 * once), SIGHUP to read its configuration again.
 */
final class Signals {
  private static final Logger LOG = Logger.getLogger("layerd");

  private final CountDownLatch stop = new CountDownLatch(1);

  private Signals() {}

  /** Takes the signals over; until {@link #onReload}, a SIGHUP does nothing. */
  static Signals install() {
    Signals signals = new Signals();
    Signal.handle(new Signal("TERM"), signals::stop);
    Signal.handle(new Signal("INT"), signals::stop);
    signals.onReload(() -> {});
    return signals;
  }

  /** Runs something at every SIGHUP, which would end the process otherwise. */
  void onReload(Runnable reload) {
    Signal.handle(new Signal("HUP"), _ -> reload.run());
  }

  private void stop(Signal signal) {
    if (stop.getCount() == 0) {
      LOG.warn("Forcing shutdown without cleanup: a second signal came");
      Runtime.getRuntime().halt(128 + signal.getNumber());
    }
    LOG.infof(
        "Processing signal '%s'", signal.getName().equals("INT") ? "interrupt" : "terminated");
    stop.countDown();
  }

  /** Waits for the first SIGTERM or SIGINT, but no longer than this; answers whether it came. */
  boolean awaitStop(Duration limit) throws InterruptedException {
    return stop.await(limit.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Waits for the first SIGTERM or SIGINT. */
  void awaitStop() throws InterruptedException {
    stop.await();
  }
}
