package io.layerd.container;

import io.layerd.archive.ArchiveExtraction;
import io.layerd.archive.ArchiveExtraction.Owner;
import io.layerd.archive.Change;
import io.layerd.archive.DirectoryArchive;
import io.layerd.container.StoredContainer.Mount;
import io.layerd.error.InvalidParameter;
import io.layerd.error.NotFound;
import io.layerd.error.SystemFailure;
import io.layerd.metrics.EngineMetrics;
import io.layerd.oci.Digest;
import io.layerd.rootfs.ContainerRoot;
import io.layerd.rootfs.ContainerRoot.Receiver;
import io.layerd.rootfs.PathStat;
import io.layerd.rootfs.RootView;
import io.layerd.runtime.ContainerUser;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Copies in and out, changes and exports. */
final class DefaultFiles implements FileService {
  private final Rooms rooms;
  private final Sys sys;
  private final ContainerView view;
  private final CommitContainer commit;

  DefaultFiles(Rooms rooms) {
    this.sys = rooms.sys();
    this.rooms = rooms;
    this.commit = new CommitContainer(rooms);
    this.view = new ContainerView(rooms, new RootView(sys));
  }

  @Override
  public List<Change> changes(String ref) {
    Container container = rooms.index().get(ref);
    ContainerView.checkAlive(container, "look at the changes of");
    long start = System.nanoTime();
    List<Change> changes = rooms.layers().changes(container.id);
    EngineMetrics.CONTAINER_CHANGES.since(start);
    return changes;
  }

  @Override
  public void export(String ref, OutputStream out) throws IOException {
    Container container = rooms.index().get(ref);
    ContainerView.checkAlive(container, "export");
    Path root = rooms.layers().mount(container.id, LabelPlan.mount(rooms, container));
    try {
      DirectoryArchive.writeAll(sys, root, out);
    } finally {
      rooms.layers().unmount(container.id);
    }
    rooms.events().publish(container, "export");
  }

  @Override
  public PathStat stat(String ref, String path) throws IOException {
    return inside(ref, path, (_, root) -> root.stat(path));
  }

  @Override
  public void copyOut(String ref, String path, Receiver receiver) throws IOException {
    inside(
        ref,
        path,
        (container, root) -> {
          root.archive(
              path,
              stat -> {
                rooms.events().publish(container, "archive-path");
                return receiver.open(stat);
              });
          return path;
        });
  }

  @Override
  public void copyIn(String ref, String path, CopyIn options, InputStream archive)
      throws IOException {
    inside(
        ref,
        path,
        (container, root) -> {
          String directory = root.directory(path);
          checkWritable(container, directory);
          Owner owner = options.asUser() ? owner(container) : null;
          extract(root, directory, options.keepKinds(), owner, archive);
          rooms.events().publish(container, "extract-to-dir");
          return path;
        });
  }

  @Override
  public Digest commit(CommitRequest request) {
    return commit.commit(request);
  }

  private static void extract(
      ContainerRoot root,
      String directory,
      boolean keepKinds,
      @Nullable Owner owner,
      InputStream archive)
      throws IOException {
    try {
      root.extract(directory, archive, new ArchiveExtraction.Options(keepKinds, directory, owner));
    } catch (InvalidParameter e) {
      // dockerd does not tell a bad archive from a bad day
      throw new SystemFailure(e.getMessage(), e);
    }
  }

  private static void checkWritable(Container container, String directory) {
    Optional<Mount> mount = ContainerView.mountOf(container, directory);
    if (mount.isPresent() && !mount.get().readWrite()) {
      throw new InvalidParameter("mounted volume is marked read-only");
    }
    if (mount.isEmpty() && container.host.readonlyRootfs()) {
      throw new InvalidParameter("container rootfs is marked read-only");
    }
  }

  /** Null for a container that runs as nobody in particular: the archive's owners stay. */
  private @Nullable Owner owner(Container container) {
    String user = container.config.user();
    if (user.isEmpty()) {
      return null;
    }
    Path root = rooms.layers().mount(container.id, LabelPlan.mount(rooms, container));
    try {
      ContainerUser found = ContainerUser.find(root, user);
      return new Owner(found.uid(), found.gid());
    } finally {
      rooms.layers().unmount(container.id);
    }
  }

  private interface Step<T> {
    T run(Container container, ContainerRoot root) throws IOException;
  }

  private <T> T inside(String ref, String path, Step<T> step) throws IOException {
    Container container = rooms.index().get(ref);
    if (path.isEmpty()) {
      throw new InvalidParameter("bad parameter: pathcannot be empty");
    }
    ContainerView.checkAlive(container, "copy files from or to");
    try {
      return view.show(container, root -> step.run(container, root));
    } catch (NotFound e) {
      throw new NotFound("Could not find the file " + path + " in container " + ref, e);
    }
  }
}
