package io.layerd.security;

/**
 * The SELinux labels of a container; empty where there are none.
 *
 * @param process of its processes
 * @param mount of its files
 */
public record Labels(String process, String mount) {
  public static final Labels NONE = new Labels("", "");
}
