package io.layerd.registry;

import java.io.InputStream;

/**
 * A file on its way from a web server.
 *
 * @param body to be closed; ends the connection if not read to its end
 * @param sizeBytes -1 if the server does not say
 */
public record Download(InputStream body, long sizeBytes) implements AutoCloseable {
  @Override
  public void close() throws java.io.IOException {
    body.close();
  }
}
