package io.layerd.daemon;

import java.util.concurrent.CountDownLatch;
import org.jboss.logging.Logger;
import sun.misc.Signal;

/**
 * What others ask of the daemon by signals: SIGTERM and SIGINT to stop (a second one ends it at
 * once), SIGHUP to read its configuration again.
 */
final class StopSignal {
  private static final Logger LOG = Logger.getLogger("layerd");

  private final CountDownLatch asked = new CountDownLatch(1);

  private StopSignal() {}

  static StopSignal install() {
    StopSignal stop = new StopSignal();
    Signal.handle(new Signal("TERM"), stop::received);
    Signal.handle(new Signal("INT"), stop::received);
    return stop;
  }

  /** Runs something at every SIGHUP, which would end the process otherwise. */
  static void onReload(Runnable reload) {
    Signal.handle(new Signal("HUP"), _ -> reload.run());
  }

  private void received(Signal signal) {
    if (asked.getCount() == 0) {
      LOG.warn("Forcing shutdown without cleanup: a second signal came");
      Runtime.getRuntime().halt(128 + signal.getNumber());
    }
    LOG.infof(
        "Processing signal '%s'", signal.getName().equals("INT") ? "interrupt" : "terminated");
    asked.countDown();
  }

  void await() throws InterruptedException {
    asked.await();
  }
}
