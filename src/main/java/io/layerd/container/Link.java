package io.layerd.container;

/**
 * A link on the default bridge: another container, and what the one that has the link calls it.
 *
 * @param childId stays the same when the other container is renamed
 * @param childName the last known, with its slash
 */
record Link(String alias, String childId, String childName) {
  /** As {@code docker inspect} shows it. */
  String shown(String parentName) {
    return childName + ":" + fullName(parentName);
  }

  /** The name that the other container has through this link. */
  String fullName(String parentName) {
    return parentName + "/" + alias;
  }

  /** As a user asks for it, and as it is kept on disk. */
  String asked() {
    String plain = childName.substring(1);
    return plain.equals(alias) ? plain : plain + ":" + alias;
  }
}
