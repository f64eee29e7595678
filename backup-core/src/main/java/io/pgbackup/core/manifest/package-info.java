/**
 * The complete, authenticated list of a backup's files and pages: entries, block maps and their streaming
 * codec. Knows no storage.
 */
@NullMarked
package io.pgbackup.core.manifest;

import org.jspecify.annotations.NullMarked;
