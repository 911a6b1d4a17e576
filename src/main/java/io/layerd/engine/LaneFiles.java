package io.layerd.engine;

import io.layerd.archive.Change;
import io.layerd.container.CommitRequest;
import io.layerd.container.FileService;
import io.layerd.container.FileService.CopyIn;
import io.layerd.engine.worker.LaneGroup;
import io.layerd.engine.worker.Lanes;
import io.layerd.rootfs.PathStat;
import io.smallrye.mutiny.Uni;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.function.Function;

/** What is quick on the storage lanes; what a client's speed decides on threads. */
final class LaneFiles implements FileCommands {
  private final LaneGroup storage;
  private final FileService files;

  LaneFiles(Lanes lanes, FileService files) {
    this.storage = lanes.storage();
    this.files = files;
  }

  @Override
  public Uni<List<Change>> changes(String ref) {
    return Unis.onLane(storage, "container changes", () -> files.changes(ref));
  }

  @Override
  public Uni<Void> export(String ref, OutputStream out) {
    return Unis.onPlatformThread("export " + ref, () -> files.export(ref, out));
  }

  @Override
  public Uni<PathStat> stat(String ref, String path) {
    return Unis.onLane(storage, "container path", () -> files.stat(ref, path));
  }

  @Override
  public Uni<Void> copyOut(String ref, String path, Function<PathStat, OutputStream> receiver) {
    return Unis.onPlatformThread(
        "copy from " + ref, () -> files.copyOut(ref, path, receiver::apply));
  }

  @Override
  public Uni<Void> copyIn(String ref, String path, CopyIn options, InputStream archive) {
    return Unis.onPlatformThread("copy to " + ref, () -> files.copyIn(ref, path, options, archive));
  }

  @Override
  public Uni<String> commit(CommitRequest request) {
    return Unis.onLane(storage, "container commit", () -> files.commit(request).toString());
  }
}
