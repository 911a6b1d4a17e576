package io.layerd.metrics;

/** What a family exposes for one set of labels. */
interface Series {
  /**
   * @param labels as they stand between the braces; empty for none
   */
  void write(Exposition out, String family, String labels);
}
