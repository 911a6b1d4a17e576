package io.layerd.graph;

/** A name that a layer is to have. {@code path} is relative, such as {@code etc/hosts}. */
public sealed interface LayerName {
  String path();

  /** A directory, mode 0755 if it has to be made. */
  record Directory(String path) implements LayerName {}

  /** An empty file, mode 0755. */
  record EmptyFile(String path) implements LayerName {}

  /** A symbolic link. */
  record Link(String path, String target) implements LayerName {}
}
