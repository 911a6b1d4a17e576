package io.layerd.engine;

import io.layerd.volume.Volume;
import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code /volumes}. */
public interface VolumeCommands {
  /** Filters {@code name, driver, label, dangling}. */
  Uni<List<Volume>> list(Map<String, List<String>> filters);

  Uni<Volume> inspect(String name);

  Uni<Volume> create(
      @Nullable String name,
      String driver,
      Map<String, String> options,
      Map<String, String> labels);

  Uni<Void> remove(String name, boolean force);

  /** Removes unused anonymous volumes, with filter {@code all=true} also named ones. */
  Uni<VolumesPruned> prune(Map<String, List<String>> filters);

  record VolumesPruned(List<String> removed, long reclaimedBytes) {}
}
