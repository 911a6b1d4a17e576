package io.layerd.container;

/**
 * How to look at what a container uses.
 *
 * @param stream a sample every second, else one
 * @param oneShot a single look, without the one a second before that a percentage needs
 */
public record StatsQuery(boolean stream, boolean oneShot) {}
