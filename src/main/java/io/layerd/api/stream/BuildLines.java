package io.layerd.api.stream;

import io.layerd.build.BuildOutcome;
import io.layerd.build.BuildOutput;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/** What a build says, as the lines of its answer. A quiet build keeps it back until it fails. */
final class BuildLines implements BuildOutput {
  private static final int MOST_KEPT = 1 << 20;

  private final StreamAnswer answer;
  private final boolean quiet;
  private final StringBuilder kept = new StringBuilder();

  BuildLines(StreamAnswer answer, boolean quiet) {
    this.answer = answer;
    this.quiet = quiet;
  }

  @Override
  public synchronized void text(String text) {
    if (!quiet) {
      write(Progress.stream(text));
    } else if (kept.length() < MOST_KEPT) {
      kept.append(text);
    }
  }

  @Override
  public synchronized void progress(
      @Nullable String id, String status, long currentBytes, long totalBytes) {
    if (!quiet) {
      write(Progress.line(id, status, currentBytes, totalBytes));
    }
  }

  @Override
  public synchronized void image(String id) {
    if (!quiet) {
      write(Progress.aux(id));
    }
  }

  @Override
  public synchronized void squashed(String id) {
    if (!quiet) {
      write(Progress.image(id));
    }
  }

  synchronized void built(String id) {
    if (quiet) {
      write(Progress.stream(id + "\n"));
    }
  }

  synchronized void failed(BuildOutcome.Failed failed) {
    flush();
    write(Progress.error(failed.code(), failed.message()));
  }

  /** Shows what a quiet build kept back. */
  synchronized void flush() {
    if (!kept.isEmpty()) {
      String text = kept.toString();
      kept.setLength(0);
      write(Progress.stream(text));
    }
  }

  private void write(byte[] line) {
    try {
      answer.write(line);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // the client has gone; the build is cancelled
    }
  }
}
