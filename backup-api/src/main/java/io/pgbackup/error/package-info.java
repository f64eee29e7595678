/**
 * What can go wrong, as unchecked exceptions sealed by what the caller can do. Each has a stable {@link io.pgbackup.error.ErrorCode} for
 * programs and a hint for people; none ever holds a secret.
 */
@NullMarked
package io.pgbackup.error;

import org.jspecify.annotations.NullMarked;
