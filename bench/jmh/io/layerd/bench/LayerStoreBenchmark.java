package io.layerd.bench;

import io.layerd.archive.LayerUnpackers;
import io.layerd.archive.TarSplit;
import io.layerd.layer.Layer;
import io.layerd.layer.LayerLimits;
import io.layerd.layer.LayerStore;
import io.layerd.layer.LayerStores;
import io.layerd.layer.StagedLayer;
import io.layerd.layer.StorageDrivers;
import io.layerd.oci.ChainId;
import io.layerd.sys.Sys;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The layer store by itself, on the disk below {@code /var/tmp}, as durable as in the daemon: a layer
 * is unpacked and published (apply), its tar is put together again, the changes of a container are
 * found (diff), a stack of layers is mounted.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 2, time = 3)
@Measurement(iterations = 5, time = 3)
@Fork(1)
public class LayerStoreBenchmark {
  private static final int STACK = 12;
  private static final int CHANGED_FILES = 10_000;
  private static final String STACKED = "a".repeat(64);
  private static final String CHANGED = "b".repeat(64);

  @Param({"overlay2", "overlay", "vfs"})
  public String driver;

  private Path root;
  private LayerStore store;
  private byte[] small;
  private byte[] large;
  private Layer kept;
  private int next;

  @Setup
  public void open() throws IOException {
    root = Files.createTempDirectory(Path.of("/var/tmp"), "layerd-jmh-");
    Sys sys = Sys.host();
    LayerLimits limits = LayerLimits.of(List.of());
    store =
        LayerStores.open(
            root,
            StorageDrivers.open(root, driver, List.of()),
            LayerUnpackers.create(sys, limits.unpack()),
            (split, directory) -> TarSplit.assemble(sys, split, directory));
    store.recover(Set.of());
    small = tar(1000, 1000);
    large = tar(20, 1_000_000);
    ChainId top = null;
    for (int i = 0; i < STACK; i++) {
      top = register(tar(10, 100), top).chainId();
    }
    kept = register(large, null);
    store.createReadWrite(STACKED, top, Map.of());
    store.createReadWrite(CHANGED, top, Map.of());
    Path merged = store.mount(CHANGED);
    for (int i = 0; i < CHANGED_FILES; i++) {
      Path directory = Files.createDirectories(merged.resolve("d" + i % 100));
      Files.writeString(directory.resolve("f" + i), "changed");
    }
    store.unmount(CHANGED);
  }

  private Layer register(byte[] tar, ChainId parent) throws IOException {
    StagedLayer staged = store.stage(new ByteArrayInputStream(tar));
    return store.register(staged, parent, null);
  }

  /** 1,000 files of 1 kB. */
  @Benchmark
  public List<Layer> applyManySmallFiles() throws IOException {
    return store.release(register(fresh(small), null).chainId());
  }

  /** 20 files of 1 MB. */
  @Benchmark
  public List<Layer> applyFewLargeFiles() throws IOException {
    return store.release(register(fresh(large), null).chainId());
  }

  /** The tar of 20 files of 1 MB, from tar-split. */
  @Benchmark
  public long assemble() throws IOException {
    try (InputStream tar = store.tar(kept.chainId())) {
      return tar.transferTo(OutputStream.nullOutputStream());
    }
  }

  /** 10,000 changed files on 12 layers. */
  @Benchmark
  public int diff() {
    return store.changes(CHANGED).size();
  }

  /** 12 layers and one to write to. */
  @Benchmark
  public Path mount() {
    Path merged = store.mount(STACKED);
    store.unmount(STACKED);
    return merged;
  }

  @TearDown
  public void close() throws IOException {
    store.removeReadWrite(STACKED);
    store.removeReadWrite(CHANGED);
    new ProcessBuilder("rm", "-rf", "--one-file-system", root.toString()).inheritIO().start().onExit().join();
  }

  /** The same tar with another name for its first file, so that the layer is not there yet. */
  private byte[] fresh(byte[] tar) {
    byte[] name = "n%08d".formatted(next++).getBytes(StandardCharsets.US_ASCII);
    byte[] other = tar.clone();
    System.arraycopy(name, 0, other, 0, name.length);
    seal(other, 0);
    return other;
  }

  private static byte[] tar(int files, int bytes) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Random random = new Random(files);
    for (int i = 0; i < files; i++) {
      byte[] header = new byte[512];
      put(header, 0, "f%08d".formatted(i));
      put(header, 100, "0000644");
      put(header, 108, "0000000");
      put(header, 116, "0000000");
      put(header, 124, "%011o".formatted(bytes));
      put(header, 136, "14500000000");
      header[156] = '0';
      put(header, 257, "ustar\00000");
      seal(header, 0);
      byte[] content = new byte[(bytes + 511) / 512 * 512];
      random.nextBytes(content);
      Arrays.fill(content, bytes, content.length, (byte) 0);
      out.writeBytes(header);
      out.writeBytes(content);
    }
    out.writeBytes(new byte[1024]);
    return out.toByteArray();
  }

  private static void put(byte[] header, int at, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(bytes, 0, header, at, bytes.length);
  }

  private static void seal(byte[] tar, int at) {
    Arrays.fill(tar, at + 148, at + 156, (byte) ' ');
    int sum = 0;
    for (int i = at; i < at + 512; i++) {
      sum += tar[i] & 255;
    }
    put(tar, at + 148, "%06o\0 ".formatted(sum));
  }
}
