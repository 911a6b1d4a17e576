package io.layerd.image;

import io.layerd.error.InvalidParameter;
import io.layerd.error.NotFound;
import io.layerd.error.SystemFailure;
import io.layerd.oci.Digest;
import io.layerd.oci.Platform;
import io.layerd.oci.Reference;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Images as files: save, load, import. All methods block; safe to call together. */
public interface ImageArchives {
  /**
   * Writes images as one tar that is a Docker archive and an OCI layout at once, as dockerd 28
   * writes it. The same images give the same bytes.
   *
   * <p>Nothing is written before every name is found. After that an exception means that what was
   * written is worthless.
   *
   * @param references names, ids or id prefixes; a repository alone stands for all its tags
   * @param platform what the images must be for; null takes them as they are
   * @throws NotFound if a name means nothing
   * @throws SystemFailure if an image is for another platform, or a layer is damaged: {@code could
   *     not verify layer data for: ...}
   */
  void save(List<String> references, @Nullable Platform platform, OutputStream out)
      throws IOException;

  /**
   * Writes one image as {@link #save} does, under names that it need not have.
   *
   * @param names with tags; may be empty
   * @throws NotFound if there is no such image
   */
  void saveAs(Digest id, List<Reference> names, OutputStream out) throws IOException;

  /**
   * Makes the images of an archive: one that dockerd wrote (any version), or an OCI layout, plain
   * or compressed. Layers are unpacked while the archive is read. Images before a faulty one stay.
   *
   * @param archive read to its end, not closed
   * @param platform which images are wanted, and which of several an index names; null for all
   * @throws InvalidParameter if the archive is malformed or a layer has another digest than its
   *     image says
   */
  void load(InputStream archive, @Nullable Platform platform, LoadListener listener)
      throws IOException;

  /**
   * Makes an image of one layer from the tar of a file system, plain or compressed.
   *
   * @param tar read to its end, not closed; null if the request names where to fetch it
   * @throws InvalidParameter if name, changes or platform are wrong; nothing was read then
   */
  ImageService.Image importTar(
      @Nullable InputStream tar,
      ImportRequest request,
      ImportListener listener,
      ImageService.Cancellation cancellation)
      throws IOException;

  /**
   * What to make of a tar.
   *
   * @param source an HTTP or HTTPS address; empty if the tar comes with the request
   * @param repository name for the image, with or without tag; may be empty
   * @param tag empty if the repository says it, or for latest
   * @param message the image's comment
   * @param changes Dockerfile instructions
   * @param platform null for this host's
   * @param dockerVersion what the configuration says of who made it
   */
  record ImportRequest(
      String source,
      String repository,
      String tag,
      String message,
      List<String> changes,
      @Nullable Platform platform,
      String dockerVersion) {
    public ImportRequest {
      changes = List.copyOf(changes);
    }
  }

  /** Hears how an import from elsewhere goes on. */
  interface ImportListener {
    /** The server sends; called before the first {@link #importing}. */
    void downloading(String url);

    void importing(long currentBytes, long totalBytes);
  }

  /** Hears how a load goes on; called by one thread at a time. */
  interface LoadListener {
    /**
     * @param id first digits of a layer's digest
     */
    void loading(String id, long currentBytes, long totalBytes);

    /** A line for the user, with its line feed. */
    void message(String text);
  }
}
