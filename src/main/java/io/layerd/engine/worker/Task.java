package io.layerd.engine.worker;

import java.util.concurrent.Callable;

/**
 * Blocking work for a lane.
 *
 * @param name says what it does, for logs and thread dumps: {@code image remove}
 */
public record Task<T>(String name, Callable<T> work) {}
