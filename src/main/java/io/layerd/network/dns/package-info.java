/**
 * The resolver that containers find at 127.0.0.11: answers for names of a network, passes on all
 * others.
 *
 * <p>Invariant: a question is answered once, with its own id, whatever it held.
 *
 * <p>May know: error.
 */
@NullMarked
package io.layerd.network.dns;

import org.jspecify.annotations.NullMarked;
