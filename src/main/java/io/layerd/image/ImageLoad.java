package io.layerd.image;

import io.layerd.error.InvalidParameter;
import io.layerd.error.NotFound;
import io.layerd.image.ImageArchives.LoadListener;
import io.layerd.image.ImageService.Image;
import io.layerd.oci.ChainId;
import io.layerd.oci.DiffId;
import io.layerd.oci.Digest;
import io.layerd.oci.ImageConfig;
import io.layerd.oci.Platform;
import io.layerd.oci.PlatformMatcher;
import io.layerd.oci.Reference;
import java.io.IOException;
import java.io.InputStream;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code docker load}. One instance is one load. */
final class ImageLoad {
  private final ImageState state;
  private final @Nullable Platform platform;
  private final LoadListener listener;

  ImageLoad(ImageState state, @Nullable Platform platform, LoadListener listener) {
    this.state = state;
    this.platform = platform;
    this.listener = listener;
  }

  void run(InputStream in) throws IOException {
    try (LoadedArchive archive = new LoadedArchive()) {
      new LoadReader(state.layers, state.distribution, listener).read(in, archive);
      try (LoadedChains chains = new LoadedChains(state.layers, archive, listener)) {
        if (archive.has(DockerLayout.MANIFEST)) {
          load(DockerLayout.of(archive), chains);
        } else if (archive.has(OciLayout.INDEX)) {
          load(OciLayout.of(archive, platform).iterator(), chains);
        } else if (archive.has(LegacyLayout.REPOSITORIES)) {
          new LegacyLayout(state, archive, chains).load(this::name);
        } else {
          throw new InvalidParameter(
              "the archive holds no images: it has neither manifest.json nor index.json nor"
                  + " repositories");
        }
      }
    }
  }

  private void load(Iterator<LoadedImage> images, LoadedChains chains) {
    Map<Digest, Digest> parents = new LinkedHashMap<>();
    boolean skipped = false;
    while (images.hasNext()) {
      LoadedImage loaded = images.next();
      ImageConfig config = check(loaded);
      if (!wanted(config)) {
        skipped = true;
        continue;
      }
      Image image = make(loaded, config, chains);
      if (loaded.parent() != null) {
        parents.put(image.id(), loaded.parent());
      } else {
        parents.put(image.id(), image.id());
      }
      state.publish("load", image.id().toString(), image, image.id().toString());
    }
    if (skipped && parents.isEmpty()) {
      throw new NotFound(
          "no image in the archive is for platform "
              + PlatformMatcher.format(PlatformMatcher.normalise(platformOrHost())));
    }
    parents.forEach(
        (id, parent) -> {
          if (!parent.equals(id) && parents.containsKey(parent)) {
            state.images.setParent(id, parent);
          }
        });
  }

  private Platform platformOrHost() {
    return platform == null ? Platform.host() : platform;
  }

  private static ImageConfig check(LoadedImage loaded) {
    ImageConfig config;
    try {
      config = ImageConfig.parse(loaded.config());
    } catch (InvalidParameter e) {
      throw e.getMessage().startsWith("invalid rootfs")
          ? new InvalidParameter("invalid image JSON, no RootFS key", e)
          : e;
    }
    String os = config.platform().os();
    if (!os.equals("linux")) {
      throw new InvalidParameter("cannot load " + os + " image on linux");
    }
    int expected = loaded.layers().size();
    int actual = config.diffIds().size();
    if (expected != actual) {
      throw new InvalidParameter(
          "invalid manifest, layers length mismatch: expected " + expected + ", got " + actual);
    }
    return config;
  }

  private boolean wanted(ImageConfig config) {
    return platform == null
        || new PlatformMatcher(PlatformMatcher.normalise(platform))
                .rank(PlatformMatcher.normalise(config.platform()))
            >= 0;
  }

  private Image make(LoadedImage loaded, ImageConfig config, LoadedChains chains) {
    List<DiffId> diffIds = config.diffIds();
    ChainId chain = null;
    for (int i = 0; i < diffIds.size(); i++) {
      chain = chains.add(chain, loaded.layers().get(i), diffIds.get(i), i);
    }
    Image image;
    synchronized (state) {
      image = state.images.create(loaded.config(), null, false);
      for (String tag : loaded.tags()) {
        Reference name = Reference.parse(tag);
        if (name.tag() == null) {
          throw new InvalidParameter("invalid tag \"" + tag + "\"");
        }
        name(image, name.withTag(name.tag()));
        listener.message("Loaded image: " + name.familiar() + "\n");
      }
    }
    if (loaded.tags().isEmpty()) {
      listener.message("Loaded image ID: " + image.id() + "\n");
    }
    return image;
  }

  private void name(Image image, Reference name) {
    Digest before = state.names.find(name).orElse(image.id());
    if (!before.equals(image.id())) {
      listener.message(
          "The image %s already exists, renaming the old one with ID %s to empty string\n"
              .formatted(name.familiar(), before));
    }
    state.names.put(name, image.id());
  }
}
