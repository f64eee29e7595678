/**
 * What can be known of a cluster's pages without reading them: whether the log from the base's start to the new set's is whole and this server's own, and what it
 * says was changed. Whatever is in doubt is answered with a reason, and the pages are read.
 */
@NullMarked
package io.pgbackup.core.engine.backup.changes;

import org.jspecify.annotations.NullMarked;
