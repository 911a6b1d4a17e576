package io.layerd.dockerfile;

import java.util.List;

/**
 * Where an instruction stands.
 *
 * @param line first line, counted from 1
 * @param text the instruction as written, continuation lines joined
 * @param hereDocs the documents that follow it
 */
public record Source(int line, String text, List<HereDoc> hereDocs) {
  public Source {
    hereDocs = List.copyOf(hereDocs);
  }
}
