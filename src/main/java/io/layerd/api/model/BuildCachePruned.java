package io.layerd.api.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code POST /build/prune}. */
public record BuildCachePruned(
    @JsonProperty("CachesDeleted") @Nullable List<String> deleted,
    @JsonProperty("SpaceReclaimed") long reclaimedBytes) {}
