package io.layerd.fsck;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code overlay2/<id>/diff}, short names in {@code overlay2/l}. */
record Overlay2Home(Path home) implements DriverHome {
  private static final Pattern LINK = Pattern.compile("[A-Z2-7]{26}");

  @Override
  public Path content(String id) {
    return home.resolve(id).resolve("diff");
  }

  @Override
  public boolean isUpper() {
    return true;
  }

  @Override
  public Path directories() {
    return home;
  }

  @Override
  public java.util.List<String> ids() throws IOException {
    return DriverHome.super.ids().stream().filter(name -> !name.equals("l")).toList();
  }

  @Override
  public void check(String subject, String id, @Nullable String parent, Findings findings) {
    Path layer = home.resolve(id);
    if (!DriverHome.requireDirectory(subject, content(id), layer, findings)) {
      return;
    }
    try {
      String link = link(id);
      requireLink(subject, id, link, findings);
      if (parent != null) {
        requireLower(subject, id, parent, findings);
      }
    } catch (IOException e) {
      findings.add(
          Problem.of(
              subject,
              String.valueOf(e.getMessage()),
              "the next start rebuilds it if l/ still has a link to the layer"),
          layer);
    }
  }

  private String link(String id) throws IOException {
    String link = TextFile.read(home.resolve(id).resolve("link"));
    if (!LINK.matcher(link).matches()) {
      throw new IOException("its link file holds no link id");
    }
    return link;
  }

  private void requireLink(String subject, String id, String link, Findings findings)
      throws IOException {
    Path path = home.resolve("l").resolve(link);
    String target = "../" + id + "/diff";
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      findings.add(
          new Problem(
              subject, "its link l/" + link + " is missing", new Problem.Cure.Link(path, target)),
          home.resolve(id));
    } else if (!Files.isSymbolicLink(path)
        || !Files.readSymbolicLink(path).toString().equals(target)) {
      findings.add(Problem.of(subject, "l/" + link + " points elsewhere", "look at " + path), path);
    }
  }

  private void requireLower(String subject, String id, String parent, Findings findings)
      throws IOException {
    Path file = home.resolve(id).resolve("lower");
    String wanted = "l/" + link(parent);
    Path below = home.resolve(parent).resolve("lower");
    if (Files.exists(below)) {
      wanted += ":" + TextFile.read(below);
    }
    String found = Files.exists(file) ? Files.readString(file).strip() : "";
    if (!found.equals(wanted)) {
      findings.add(
          new Problem(
              subject,
              found.isEmpty()
                  ? "its lower file is missing or empty"
                  : "its lower file does not name its parents",
              new Problem.Cure.Write(file, wanted, 0644)),
          home.resolve(id));
    }
    if (!Files.isDirectory(home.resolve(id).resolve("work"), LinkOption.NOFOLLOW_LINKS)) {
      findings.add(
          Problem.of(subject, "its work directory is missing", "make it, mode 0700"),
          home.resolve(id));
    }
  }
}
