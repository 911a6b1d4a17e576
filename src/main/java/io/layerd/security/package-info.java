/**
 * What the host's security modules confine containers by: AppArmor profiles and SELinux labels.
 *
 * <p>Invariant: two containers never hold the same SELinux categories, unless one was told to.
 *
 * <p>May know: sys, error.
 */
@NullMarked
package io.layerd.security;

import org.jspecify.annotations.NullMarked;
