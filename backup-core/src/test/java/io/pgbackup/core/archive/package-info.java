/** Tests of the archive. */
@org.jspecify.annotations.NullMarked
package io.pgbackup.core.archive;
