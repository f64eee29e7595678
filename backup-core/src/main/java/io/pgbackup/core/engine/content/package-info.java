/**
 * Reading what a set stores: ranges joined per bundle, frames opened in parallel, every page compared with its fingerprint and every file with its
 * proof. Shared by the verbs that need content; it does not know what for.
 */
@NullMarked
package io.pgbackup.core.engine.content;

import org.jspecify.annotations.NullMarked;
