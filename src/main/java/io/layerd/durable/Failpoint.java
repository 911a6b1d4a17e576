package io.layerd.durable;

import io.layerd.sys.ErrnoException;
import io.layerd.sys.Sys;
import org.jspecify.annotations.Nullable;

/**
 * Places between the steps of what must be durable, where tests make the daemon die or the disk
 * fail. Armed only by {@code LAYERD_FAILPOINT} in the environment of the process, {@code
 * NAME:COUNT} for a kill at the COUNT-th arrival or {@code NAME:COUNT:ERRNO} for a failed call;
 * unarmed, a place costs one look at a field.
 */
public enum Failpoint {
  /** A file's new content is there under a temporary name. */
  FILE_WRITTEN,
  /** A file has its name; the directory is not synced. */
  FILE_NAMED,
  /** A set of files is complete under a temporary name. */
  SET_WRITTEN,
  /** A set of files has its name; the directory is not synced. */
  SET_NAMED,
  /** The directory of a new layer is there, and nothing of what belongs to it. */
  LAYER_DIRECTORY,
  /** A layer has its short name, or its whole tree beside it, and does not know it. */
  LAYER_LINKED,
  /** A layer is filled, and has no parent. */
  LAYER_STAGED,
  /** A layer stands on its parent, and is not synced. */
  LAYER_STACKED,
  /** A layer is synced and marked, and has no entry. */
  LAYER_MARKED,
  /** A layer's entry is under the name of one that is being removed. */
  LAYER_UNPUBLISHED,
  /** A layer's entry is gone, its files are there. */
  LAYER_WITHOUT_ENTRY,
  /** A layer's short name, if it had one, is gone, its files are there. */
  LAYER_UNLINKED,
  /** A container's directories are there, without an entry. */
  CONTAINER_LAYER_MADE,
  /** A container's directories are gone, its entry is there. */
  CONTAINER_LAYER_GONE,
  /** An image's configuration is gone, what was written beside it is there. */
  IMAGE_GONE;

  private static final int SIGKILL = 9;
  private static volatile @Nullable Trap trap;

  /** What happens when the process arrives at a place. */
  public interface Trap {
    void sprung(Failpoint reached) throws ErrnoException;
  }

  private static final class Armed implements Trap {
    private final Failpoint point;
    private final int errno;
    private int left;

    Armed(Failpoint point, int count, int errno) {
      this.point = point;
      this.left = count;
      this.errno = errno;
    }

    @Override
    public void sprung(Failpoint reached) throws ErrnoException {
      if (!counts(reached)) {
        return;
      }
      if (errno != 0) {
        throw new ErrnoException("failpoint", reached.name(), errno);
      }
      Sys sys = Sys.host();
      sys.kill(sys.getpid(), SIGKILL);
      Runtime.getRuntime().halt(128 + SIGKILL);
    }

    private synchronized boolean counts(Failpoint reached) {
      return reached == point && --left == 0;
    }
  }

  /**
   * Arms one place for the rest of the process.
   *
   * @param text null or empty for none
   * @throws IllegalArgumentException if there is no such place
   */
  public static void arm(@Nullable String text) {
    if (text == null || text.isEmpty()) {
      trap = null;
      return;
    }
    String[] parts = text.split(":");
    trap =
        new Armed(
            Failpoint.valueOf(parts[0]),
            parts.length > 1 ? Integer.parseInt(parts[1]) : 1,
            parts.length > 2 ? Integer.parseInt(parts[2]) : 0);
  }

  /** For tests that look at the disk as a kill at each place would leave it; null for none. */
  public static void observe(@Nullable Trap observer) {
    trap = observer;
  }

  /** The process has arrived here. */
  public void reached() throws ErrnoException {
    Trap now = trap;
    if (now != null) {
      now.sprung(this);
    }
  }
}
