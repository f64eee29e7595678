/**
 * Frame in, frame out: the order compress, then encrypt, written once, and the object header that names how.
 * Knows neither files nor PostgreSQL.
 */
@NullMarked
package io.pgbackup.core.pipeline;

import org.jspecify.annotations.NullMarked;
