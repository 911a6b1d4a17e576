package io.layerd.layer;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;

/** Puts a tar together again from its tar-split and the files of its layer. */
@FunctionalInterface
public interface TarAssembler {
  InputStream assemble(InputStream tarSplit, Path directory) throws IOException;
}
