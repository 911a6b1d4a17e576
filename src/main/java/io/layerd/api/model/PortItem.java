package io.layerd.api.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.layerd.spec.PortBinding;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A port of a container in {@code GET /containers/json}. */
public record PortItem(
    @JsonProperty("IP") @JsonInclude(JsonInclude.Include.NON_EMPTY) @Nullable String ip,
    @JsonProperty("PrivatePort") int privatePort,
    @JsonProperty("PublicPort") @JsonInclude(JsonInclude.Include.NON_NULL)
        @Nullable Integer publicPort,
    @JsonProperty("Type") String type) {
  static List<PortItem> of(Map<String, List<PortBinding>> ports) {
    List<PortItem> items = new ArrayList<>();
    ports.forEach(
        (port, bindings) -> {
          int slash = port.indexOf('/');
          int number = Integer.parseInt(slash < 0 ? port : port.substring(0, slash));
          String protocol = slash < 0 ? "tcp" : port.substring(slash + 1);
          if (bindings.isEmpty()) {
            items.add(new PortItem(null, number, null, protocol));
          }
          for (PortBinding binding : bindings) {
            items.add(
                new PortItem(
                    binding.hostIp(), number, Integer.valueOf(binding.hostPort()), protocol));
          }
        });
    items.sort(Comparator.comparingInt(PortItem::privatePort).thenComparing(PortItem::type));
    return items;
  }
}
