package io.layerd.api.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code POST /containers/prune}. */
public record ContainersPruned(
    @JsonProperty("ContainersDeleted") @Nullable List<String> deleted,
    @JsonProperty("SpaceReclaimed") long reclaimedBytes) {}
