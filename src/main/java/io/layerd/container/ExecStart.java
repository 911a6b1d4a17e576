package io.layerd.container;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What {@code POST /exec/{id}/start} holds. */
@JsonIgnoreProperties(ignoreUnknown = true)
public record ExecStart(
    @JsonProperty("Detach") boolean detach,
    @JsonProperty("Tty") boolean tty,
    @JsonProperty("ConsoleSize") @Nullable List<Integer> consoleSize) {}
