package io.layerd.container;

import io.layerd.error.NotFound;
import io.layerd.image.ImageService;
import io.layerd.oci.Digest;
import io.layerd.oci.Platform;
import io.layerd.oci.Reference;
import io.layerd.spec.ContainerConfig;
import io.layerd.spec.SpecJson;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One image, busybox. */
final class FakeImages implements ImageService {
  static final Digest ID = Digest.of("busybox".getBytes(StandardCharsets.UTF_8));
  ContainerUses uses = (_, _) -> List.of();
  String config = "{\"Cmd\":[\"sh\"],\"Env\":[\"PATH=/bin\"],\"Labels\":{\"from\":\"image\"}}";

  private Image image() {
    try {
      return new Image(
          ID,
          Platform.host(),
          Instant.EPOCH,
          "",
          "",
          "",
          "",
          SpecJson.MAPPER.readValue(config, ContainerConfig.class),
          List.of(),
          List.of(),
          null,
          new byte[0]);
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public Image get(String reference) {
    return find(reference)
        .orElseThrow(() -> new NotFound("No such image: " + reference + ":latest"));
  }

  @Override
  public Optional<Image> find(String reference) {
    return reference.equals("busybox") || reference.equals(ID.toString())
        ? Optional.of(image())
        : Optional.empty();
  }

  @Override
  public Summary summary(Digest id) {
    return new Summary(image(), List.of("busybox:latest"), List.of(), 1, -1, -1);
  }

  @Override
  public List<Summary> list(boolean all, boolean sharedSize, Map<String, List<String>> filters) {
    return List.of(summary(ID));
  }

  @Override
  public List<Image> builtOn(@Nullable Digest parent) {
    return List.of();
  }

  @Override
  public List<HistoryLine> history(String reference) {
    return List.of();
  }

  @Override
  public Optional<Instant> lastTagged(Digest id) {
    return Optional.empty();
  }

  @Override
  public void tag(String source, String repository, String tag) {}

  @Override
  public List<Removed> remove(String reference, boolean force, boolean prune) {
    return List.of();
  }

  @Override
  public Pruned prune(Map<String, List<String>> filters) {
    return new Pruned(List.of(), 0);
  }

  @Override
  public void login(LoginRequest request) {}

  @Override
  public void pull(PullRequest request, ProgressSink progress, Cancellation cancellation) {}

  @Override
  public void tag(Digest id, Reference name) {}

  @Override
  public Image createImage(byte[] config, @Nullable Digest parent, boolean builtLocally) {
    throw new AssertionError();
  }

  @Override
  public int count() {
    return 1;
  }

  @Override
  public void containerUses(ContainerUses asked) {
    uses = asked;
  }

  @Override
  public void load(
      java.io.InputStream archive,
      io.layerd.oci.@Nullable Platform platform,
      LoadListener listener) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Image importTar(
      java.io.@Nullable InputStream tar,
      ImportRequest request,
      ImportListener listener,
      Cancellation cancellation) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void push(PushRequest request, PushListener listener, Cancellation cancellation) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void saveAs(Digest id, List<Reference> names, java.io.OutputStream out) {
    throw new UnsupportedOperationException();
  }

  @Override
  public StoredCache readCache(
      String reference,
      @Nullable Platform platform,
      io.layerd.registry.RegistryCredentials credentials,
      Cancellation cancellation) {
    throw new UnsupportedOperationException();
  }

  @Override
  public StoredCache readCache(BlobStore store, Digest manifest) {
    throw new UnsupportedOperationException();
  }

  @Override
  public io.layerd.oci.Descriptor writeCache(
      BlobStore store,
      java.util.List<io.layerd.oci.ChainId> layers,
      java.util.function.Function<java.util.List<io.layerd.oci.Descriptor>, byte[]> document,
      ProgressSink progress,
      Cancellation cancellation) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Digest pushCache(
      String reference,
      List<io.layerd.oci.ChainId> layers,
      java.util.function.Function<List<io.layerd.oci.Descriptor>, byte[]> document,
      io.layerd.registry.RegistryCredentials credentials,
      ProgressSink progress,
      Cancellation cancellation) {
    throw new UnsupportedOperationException();
  }

  @Override
  public io.layerd.registry.Described lookUp(
      String reference, io.layerd.registry.RegistryCredentials credentials) {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<io.layerd.registry.SearchResult> search(SearchRequest request) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void save(
      List<String> references,
      io.layerd.oci.@Nullable Platform platform,
      java.io.OutputStream out) {
    throw new UnsupportedOperationException();
  }
}
