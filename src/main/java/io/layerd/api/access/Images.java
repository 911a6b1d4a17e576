package io.layerd.api.access;

import io.layerd.api.stream.PulledReference;
import io.layerd.authorization.ImagePattern;
import io.layerd.engine.Engine;
import io.layerd.error.Forbidden;
import io.layerd.error.InvalidParameter;
import io.layerd.oci.Reference;
import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.regex.Pattern;

/** The images that containers may be made of, and the names that images may be given. */
final class Images {
  private static final Pattern IDENTIFIER = Pattern.compile("(sha256:)?[a-f0-9]{64}|[a-f0-9]{12}");

  private final List<ImagePattern> allowed;
  private final Engine engine;

  Images(List<ImagePattern> allowed, Engine engine) {
    this.allowed = allowed;
    this.engine = engine;
  }

  /** An id stands for the names its image has. */
  Uni<Void> use(String name) {
    if (allowed.isEmpty() || fits(name)) {
      return Uni.createFrom().voidItem();
    }
    if (!IDENTIFIER.matcher(name).matches()) {
      throw refused(name);
    }
    return engine
        .images()
        .inspect(name)
        .invoke(
            found -> {
              boolean exact = found.image().id().hex().startsWith(name.replace("sha256:", ""));
              if (!exact || found.summary().repoTags().stream().noneMatch(this::fits)) {
                throw refused(name);
              }
            })
        .replaceWithVoid();
  }

  void pull(Ask ask) {
    String from = ask.param("fromImage");
    if (allowed.isEmpty() || from.isEmpty()) {
      return;
    }
    PulledReference pulled = PulledReference.of(from, ask.param("tag"));
    boolean fits =
        allowed.stream()
            .anyMatch(one -> (one.anyTag() || !pulled.allTags()) && fits(one, pulled.text()));
    if (!fits) {
      throw refused(pulled.text());
    }
  }

  /** A name in the list is as good as whoever may write it. */
  void written(List<String> names) {
    for (String name : names) {
      if (!allowed.isEmpty() && !name.isEmpty() && !fits(name)) {
        throw refused(name);
      }
    }
  }

  Uni<Void> other(Ask ask) {
    if (allowed.isEmpty()) {
      return Uni.createFrom().voidItem();
    }
    switch (ask.key()) {
      case "POST /images/load" -> throw new Forbidden("loading images of any name is not allowed");
      case "POST /images/{name}/tag" -> {
        String tag = ask.param("tag");
        written(List.of(tag.isEmpty() ? ask.param("repo") : ask.param("repo") + ":" + tag));
        return use(ask.target());
      }
      default -> {
        return Uni.createFrom().voidItem();
      }
    }
  }

  private boolean fits(String name) {
    return allowed.stream().anyMatch(pattern -> fits(pattern, name));
  }

  private static boolean fits(ImagePattern pattern, String name) {
    try {
      return pattern.matches(Reference.parse(name.strip()));
    } catch (InvalidParameter e) {
      return false;
    }
  }

  private static Forbidden refused(String name) {
    return new Forbidden("image " + name + " is not allowed");
  }
}
