/**
 * Talking to a server: connecting, its facts, the session that brackets a backup, and what a role must be allowed to do. SQL is qualified
 * with {@code pg_catalog}; the password is asked from its source at every connect and never kept.
 */
@NullMarked
package io.pgbackup.core.postgres.session;

import org.jspecify.annotations.NullMarked;
