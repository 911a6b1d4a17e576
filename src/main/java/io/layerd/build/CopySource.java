package io.layerd.build;

import io.layerd.sys.Stat;

/**
 * One file or directory that COPY or ADD puts into an image.
 *
 * @param host its name on the host
 * @param name what it is called in a directory that it is copied into
 * @param unpackable whether ADD may take it for an archive
 */
@SuppressWarnings("ArrayRecordComponent") // names are bytes
record CopySource(byte[] host, Stat stat, byte[] name, boolean unpackable) {}
