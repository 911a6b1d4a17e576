package io.layerd.registry;

/** A repository that a registry found. */
public record SearchResult(String name, String description, boolean official, int stars) {}
