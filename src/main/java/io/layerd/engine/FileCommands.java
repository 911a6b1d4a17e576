package io.layerd.engine;

import io.layerd.archive.Change;
import io.layerd.container.CommitRequest;
import io.layerd.container.FileService.CopyIn;
import io.layerd.rootfs.PathStat;
import io.smallrye.mutiny.Uni;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.function.Function;

/**
 * Files of containers; see {@link io.layerd.container.FileService}. Streams are read and written on
 * a thread of their own, which a slow client may block; cancelling interrupts it.
 */
public interface FileCommands {
  Uni<List<Change>> changes(String ref);

  Uni<Void> export(String ref, OutputStream out);

  Uni<PathStat> stat(String ref, String path);

  /**
   * @param receiver called once when the path is found, with what it is; answers where the tar goes
   */
  Uni<Void> copyOut(String ref, String path, Function<PathStat, OutputStream> receiver);

  Uni<Void> copyIn(String ref, String path, CopyIn options, InputStream archive);

  /** The new image's id. */
  Uni<String> commit(CommitRequest request);
}
