package io.layerd.build;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Shows stages that go on together one after the other: the first one that has not ended is heard
 * at once, what the others say is kept until it is their turn.
 */
final class OrderedOutput {
  private static final long MOST_CHARS = 16L << 20;

  private final BuildOutput output;
  private final Map<Integer, Stage> stages = new HashMap<>();
  private int turn;
  private boolean closed;

  OrderedOutput(BuildOutput output) {
    this.output = output;
  }

  /** One stage's part. Stages are numbered from 0 without gaps, in the order to be shown. */
  synchronized Stage stage(int number) {
    return stages.computeIfAbsent(number, _ -> new Stage(number));
  }

  /** Nobody waits for a turn any more. */
  synchronized void close() {
    closed = true;
    notifyAll();
  }

  /** What one stage says. */
  final class Stage implements BuildOutput {
    private final int number;
    private final Deque<Runnable> kept = new ArrayDeque<>();
    private long chars;
    private boolean ended;

    private Stage(int number) {
      this.number = number;
    }

    private void say(Runnable what, int length) {
      synchronized (OrderedOutput.this) {
        while (turn != number && chars > MOST_CHARS && !closed) {
          try {
            OrderedOutput.this.wait();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
          }
        }
        if (turn == number) {
          what.run();
        } else if (!closed) {
          kept.add(what);
          chars += length;
        }
      }
    }

    /** The stage has ended: the next one's turn. */
    void end() {
      synchronized (OrderedOutput.this) {
        ended = true;
        if (turn != number) {
          return;
        }
        Stage next = this;
        while (next != null && next.ended) {
          turn++;
          next = stages.get(turn);
          if (next != null) {
            next.kept.forEach(Runnable::run);
            next.kept.clear();
          }
        }
        OrderedOutput.this.notifyAll();
      }
    }

    @Override
    public void text(String text) {
      say(() -> output.text(text), text.length());
    }

    @Override
    public void progress(@Nullable String id, String status, long current, long total) {
      say(() -> output.progress(id, status, current, total), status.length());
    }

    @Override
    public void image(String id) {
      say(() -> output.image(id), id.length());
    }

    @Override
    public void squashed(String id) {
      say(() -> output.squashed(id), id.length());
    }
  }
}
