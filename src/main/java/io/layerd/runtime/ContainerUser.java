package io.layerd.runtime;

import io.layerd.error.SystemFailure;
import io.layerd.sys.Sys;
import java.nio.file.Path;
import java.util.List;

/** Numbers of a container's user, as its own passwd and group files have them. */
public record ContainerUser(int uid, int gid) {

  /**
   * Looks up {@code user}, {@code user:group}, {@code :group}, by name or number.
   *
   * @param root the container's mounted layers
   * @throws SystemFailure {@code unable to find user X: no matching entries in passwd file}
   */
  public static ContainerUser find(Path root, String user) {
    ProcessUser found = ProcessUser.resolve(user, List.of(), UserFiles.read(Sys.host(), root));
    return new ContainerUser(found.uid(), found.gid());
  }
}
