package io.layerd.api.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/** {@code POST /volumes/prune}. */
public record VolumesPruned(
    @JsonProperty("VolumesDeleted") List<String> deleted,
    @JsonProperty("SpaceReclaimed") long reclaimedBytes) {}
