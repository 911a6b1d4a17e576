package io.layerd.engine.worker;

import io.layerd.engine.worker.Outcome.Done;
import io.layerd.engine.worker.Outcome.Failed;
import io.vertx.core.AbstractVerticle;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;

/** One lane: runs the tasks sent to its address, one at a time. */
final class LaneVerticle extends AbstractVerticle {
  private final String address;
  private final DeliveryOptions delivery;

  LaneVerticle(String address, DeliveryOptions delivery) {
    this.address = address;
    this.delivery = delivery;
  }

  @Override
  public void start() {
    vertx.eventBus().localConsumer(address, this::run);
  }

  private void run(Message<Task<?>> message) {
    Task<?> task = message.body();
    Outcome outcome;
    try {
      outcome = new Done(task.work().call());
    } catch (Throwable e) {
      // Errors too: a lane that does not answer would be lost for good.
      outcome = new Failed(e);
    }
    message.reply(outcome, delivery);
  }
}
