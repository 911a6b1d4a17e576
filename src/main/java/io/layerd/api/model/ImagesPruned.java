package io.layerd.api.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code POST /images/prune}. */
public record ImagesPruned(
    @JsonProperty("ImagesDeleted") @Nullable List<DeletedItem> deleted,
    @JsonProperty("SpaceReclaimed") long reclaimedBytes) {}
