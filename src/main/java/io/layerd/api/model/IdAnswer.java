package io.layerd.api.model;

import com.fasterxml.jackson.annotation.JsonProperty;

/** The id of something that was made. */
public record IdAnswer(@JsonProperty("Id") String id) {}
