package io.layerd.dockerfile;

/**
 * A document inside a Dockerfile: {@code <<NAME} to a line {@code NAME}.
 *
 * @param expand whether variables in it are replaced: not if the name was quoted
 * @param content the lines, each with its line feed; tabs at line starts are gone for {@code <<-}
 */
public record HereDoc(String name, boolean expand, String content) {}
