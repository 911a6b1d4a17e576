package io.layerd.archive;

import io.layerd.oci.DiffId;

/**
 * What one pass over a layer tar found out.
 *
 * @param diffId digest of the uncompressed tar, trailing padding included
 * @param tarSizeBytes length of that tar
 * @param contentSizeBytes sum of the sizes of regular files and symbolic links, each inode once:
 *     what dockerd records as the layer's size
 */
public record UnpackResult(DiffId diffId, long tarSizeBytes, long contentSizeBytes) {}
