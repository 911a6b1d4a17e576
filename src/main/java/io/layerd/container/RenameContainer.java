package io.layerd.container;

import io.layerd.error.EngineException;
import io.layerd.error.InvalidParameter;
import java.util.Map;

/** Rename. */
final class RenameContainer {
  private final Rooms rooms;

  RenameContainer(Rooms rooms) {
    this.rooms = rooms;
  }

  void rename(Container container, String newName) {
    if (newName.isEmpty()) {
      throw new InvalidParameter("Neither old nor new names may be empty");
    }
    String name = newName.startsWith("/") ? newName : "/" + newName;
    container.lock.lock();
    try {
      String old = container.name;
      if (name.equals(old)) {
        throw new InvalidParameter("Renaming a container with the same name as its current name");
      }
      try {
        ContainerIndex.checkName(name);
        rooms.index().reserve(name, container.id);
      } catch (EngineException e) {
        throw Rewording.prefix("Error when allocating new name: ", e);
      }
      container.name = name;
      try {
        rooms.files().save(container);
      } catch (RuntimeException e) {
        container.name = old;
        rooms.index().release(name, container.id);
        throw e;
      }
      rooms.index().release(old, container.id);
      container.networks =
          Endpoints.renamed(container.networks, old.substring(1), name.substring(1));
      new Links(rooms).renamed(container, old);
      rooms.networks().rename(container.id, name.substring(1));
      rooms.events().publish(container, "rename", Map.of("oldName", old));
    } finally {
      container.lock.unlock();
    }
  }
}
