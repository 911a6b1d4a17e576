package io.layerd.image;

import io.layerd.oci.Digest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An image that an archive holds.
 *
 * @param layers names of its layers' files, base first
 * @param tags what it is called there
 * @param parent the image it was built on, if the archive says so
 */
@SuppressWarnings("ArrayRecordComponent") // a document
record LoadedImage(byte[] config, List<String> layers, List<String> tags, @Nullable Digest parent) {
  LoadedImage {
    layers = List.copyOf(layers);
    tags = List.copyOf(tags);
  }
}
