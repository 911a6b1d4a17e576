package io.layerd.metrics;

import java.util.concurrent.atomic.LongAdder;

/** A sum that only grows. */
public final class Counter implements Series {
  private final LongAdder sum = new LongAdder();

  Counter() {}

  public void increment() {
    sum.increment();
  }

  /**
   * @param amount not negative
   */
  public void add(long amount) {
    sum.add(amount);
  }

  public long value() {
    return sum.sum();
  }

  @Override
  public void write(Exposition out, String family, String labels) {
    out.sample(family, labels, value());
  }
}
