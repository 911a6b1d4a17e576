package io.layerd.api.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code POST /networks/prune}; null if none was removed. */
public record NetworksPruned(@JsonProperty("NetworksDeleted") @Nullable List<String> deleted) {}
