/**
 * The built daemon driven by real clients: the docker CLI, docker-java and raw HTTP.
 *
 * <p>Every test here starts nothing it does not stop; {@code ./test} checks the host afterwards.
 * With {@code -Dlayerd.it.host=unix:///path} the tests that need no daemon of their own run against
 * another engine, which is how their expectations were found.
 */
package io.layerd.it;
