package io.layerd.security;

import io.layerd.error.SystemFailure;

/**
 * A label, {@code user:role:type:level}, taken apart.
 *
 * @param level sensitivity and categories, {@code s0:c1,c2}; empty for a policy without them
 */
record SelinuxContext(String user, String role, String type, String level) {
  private static final int PARTS = 4;

  static SelinuxContext parse(String label) {
    String[] parts = label.split(":", PARTS);
    if (parts.length < PARTS - 1) {
      throw new SystemFailure("Invalid Label");
    }
    return new SelinuxContext(
        parts[0], parts[1], parts[2], parts.length == PARTS ? parts[PARTS - 1] : "");
  }

  SelinuxContext withUser(String changed) {
    return new SelinuxContext(changed, role, type, level);
  }

  SelinuxContext withRole(String changed) {
    return new SelinuxContext(user, changed, type, level);
  }

  SelinuxContext withType(String changed) {
    return new SelinuxContext(user, role, changed, level);
  }

  SelinuxContext withLevel(String changed) {
    return new SelinuxContext(user, role, type, changed);
  }

  @Override
  public String toString() {
    String plain = user + ":" + role + ":" + type;
    return level.isEmpty() ? plain : plain + ":" + level;
  }
}
