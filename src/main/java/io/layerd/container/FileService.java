package io.layerd.container;

import io.layerd.archive.Change;
import io.layerd.error.Conflict;
import io.layerd.error.InvalidParameter;
import io.layerd.error.NotFound;
import io.layerd.oci.Digest;
import io.layerd.rootfs.ContainerRoot.Receiver;
import io.layerd.rootfs.PathStat;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;

/**
 * The files of containers, running or not. References are those of {@link ContainerService}. All
 * methods block as long as the streams do: give each a thread of its own.
 */
public interface FileService {
  /** What a container changed of its image, parents first, in the order of names. */
  List<Change> changes(String ref);

  /**
   * Writes a tar of all a container sees but its mounts.
   *
   * @throws Conflict if it is being removed
   */
  void export(String ref, OutputStream out) throws IOException;

  /**
   * @throws NotFound {@code Could not find the file PATH in container REF}
   */
  PathStat stat(String ref, String path) throws IOException;

  /** Writes a file or a directory, mounts included, as a tar whose names begin with the path's. */
  void copyOut(String ref, String path, Receiver receiver) throws IOException;

  /**
   * Unpacks an archive, compressed or not, into a directory of the container. What was unpacked
   * before a failure stays.
   *
   * @throws InvalidParameter if the place is read-only or no directory
   */
  void copyIn(String ref, String path, CopyIn options, InputStream archive) throws IOException;

  /**
   * Makes an image of a container; durable on return.
   *
   * @return the image's id
   */
  Digest commit(CommitRequest request);

  /**
   * @param keepKinds whether it is an error to replace a directory by something else or the other
   *     way round
   * @param asUser whether what is unpacked belongs to the container's user instead of the archive's
   */
  record CopyIn(boolean keepKinds, boolean asUser) {}
}
