/** What a repository holds: backups, retention, verification, jobs and the objects themselves. */
@NullMarked
package io.pgbackup.catalog;

import org.jspecify.annotations.NullMarked;
