package io.layerd.metrics;

import java.util.concurrent.atomic.LongAdder;

/** How long something takes, as counts in buckets of seconds. */
public final class Histogram implements Series {
  private static final double NANOS = 1e9;

  private final double[] bounds;
  private final LongAdder[] counts;
  private final LongAdder sumNanos = new LongAdder();

  /**
   * @param bounds upper bounds in seconds, rising; the bucket for all that is longer comes by
   *     itself
   */
  Histogram(double... bounds) {
    this.bounds = bounds.clone();
    this.counts = new LongAdder[bounds.length + 1];
    for (int i = 0; i < counts.length; i++) {
      counts[i] = new LongAdder();
    }
  }

  /** Records what began at a {@link System#nanoTime} and ends now. */
  public void since(long startNanos) {
    record(System.nanoTime() - startNanos);
  }

  /** Records a duration. */
  public void record(long nanos) {
    double seconds = nanos / NANOS;
    int bucket = 0;
    while (bucket < bounds.length && seconds > bounds[bucket]) {
      bucket++;
    }
    counts[bucket].increment();
    sumNanos.add(nanos);
  }

  /** How many were recorded. */
  public long count() {
    long count = 0;
    for (LongAdder bucket : counts) {
      count += bucket.sum();
    }
    return count;
  }

  @Override
  public void write(Exposition out, String family, String labels) {
    String before = labels.isEmpty() ? "" : labels + ",";
    long count = 0;
    for (int i = 0; i < counts.length; i++) {
      count += counts[i].sum();
      String bound = i < bounds.length ? Exposition.number(bounds[i]) : "+Inf";
      out.sample(family + "_bucket", before + "le=\"" + bound + "\"", count);
    }
    out.sample(family + "_sum", labels, sumNanos.sum() / NANOS);
    out.sample(family + "_count", labels, count);
  }
}
