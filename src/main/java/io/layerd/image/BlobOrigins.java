package io.layerd.image;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.layerd.error.InvalidParameter;
import io.layerd.image.DistributionMetadata.Seen;
import io.layerd.oci.Digest;
import io.layerd.oci.Reference;
import io.layerd.registry.RegistryCredentials;
import io.layerd.spec.GoJson;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Where a layer's blob may already be on the registry that it is pushed to. What was pushed is
 * signed with the credentials used, so that a later push with the same ones tries it first; keys
 * and signatures are dockerd's.
 */
final class BlobOrigins {
  private static final String ALGORITHM = "HmacSHA256";

  private final Reference target;
  private final byte[] key;

  BlobOrigins(Reference target, RegistryCredentials credentials) {
    this.target = target;
    ObjectNode fields = GoJson.object();
    put(fields, "username", credentials.username());
    put(fields, "password", credentials.password());
    put(fields, "identitytoken", credentials.identityToken());
    put(fields, "registrytoken", credentials.registryToken());
    this.key = Digest.of(GoJson.bytes(fields)).toString().getBytes(StandardCharsets.UTF_8);
  }

  private static void put(ObjectNode fields, String name, @Nullable String value) {
    if (value != null && !value.isEmpty()) {
      fields.put(name, value);
    }
  }

  /** A blob and the repository it was seen in. */
  record Origin(Digest digest, Reference repository) {}

  /** Blobs that were in the target repository itself, newest first. */
  List<Digest> inTarget(List<Seen> seen) {
    return seen.reversed().stream()
        .filter(each -> each.sourceRepository().equals(target.name()))
        .flatMap(each -> digest(each).stream())
        .distinct()
        .toList();
  }

  /**
   * Blobs in other repositories of the same registry: signed with these credentials first, then
   * those with the longest common path, then the newest.
   */
  List<Origin> elsewhere(List<Seen> seen, int most) {
    List<Seen> candidates = new ArrayList<>();
    for (Seen each : seen.reversed()) {
      Reference repository = repository(each);
      if (repository != null
          && repository.domain().equals(target.domain())
          && !repository.path().equals(target.path())) {
        candidates.add(each);
      }
    }
    candidates.sort(
        Comparator.comparing((Seen each) -> !hmac(each).equals(each.hmac()))
            .thenComparing(each -> -likeness(each)));
    return candidates.stream()
        .flatMap(
            each -> digest(each).map(digest -> new Origin(digest, repositoryOf(each))).stream())
        .distinct()
        .limit(most)
        .toList();
  }

  private int likeness(Seen each) {
    String[] mine = target.path().split("/");
    String[] theirs = repositoryOf(each).path().split("/");
    int same = 0;
    while (same < Math.min(mine.length, theirs.length) && mine[same].equals(theirs[same])) {
      same++;
    }
    return same;
  }

  private static Reference repositoryOf(Seen each) {
    return Reference.parse(each.sourceRepository()).repository();
  }

  private static @Nullable Reference repository(Seen each) {
    try {
      return repositoryOf(each);
    } catch (InvalidParameter e) {
      return null;
    }
  }

  private static Optional<Digest> digest(Seen each) {
    try {
      return Optional.of(Digest.parse(each.digest()));
    } catch (InvalidParameter e) {
      return Optional.empty();
    }
  }

  private String hmac(Seen each) {
    return hmac(each.digest(), each.sourceRepository());
  }

  /** What signs that these credentials put a blob into a repository. */
  String hmac(String digest, String sourceRepository) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(key, ALGORITHM));
      mac.update(digest.getBytes(StandardCharsets.UTF_8));
      mac.update(sourceRepository.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(mac.doFinal());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("no HMAC in this Java runtime", e);
    }
  }
}
