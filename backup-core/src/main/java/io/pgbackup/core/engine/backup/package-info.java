/**
 * The verb backup. {@link io.pgbackup.core.engine.backup.BackupOperation} is its table of contents; the order of the stages that a page passes is
 * written in {@code RunCopier} and nowhere else.
 */
@NullMarked
package io.pgbackup.core.engine.backup;

import org.jspecify.annotations.NullMarked;
