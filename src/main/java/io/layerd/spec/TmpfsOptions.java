package io.layerd.spec;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Options of a tmpfs mount; the mode is decimal as in the API. */
@JsonIgnoreProperties(ignoreUnknown = true)
public record TmpfsOptions(
    @JsonProperty("SizeBytes") @JsonInclude(JsonInclude.Include.NON_DEFAULT) long sizeBytes,
    @JsonProperty("Mode") @JsonInclude(JsonInclude.Include.NON_DEFAULT) int mode,
    @JsonProperty("Options") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        @Nullable List<List<String>> options) {}
