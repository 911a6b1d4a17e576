package io.layerd.api;

/**
 * An answer that was written before it was asked for.
 *
 * @param bytes JSON and a line feed
 */
public record JsonLine(byte[] bytes) {}
