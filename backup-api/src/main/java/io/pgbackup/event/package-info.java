/** What an operation tells while it runs: immutable snapshots, one thread at a time. */
@NullMarked
package io.pgbackup.event;

import org.jspecify.annotations.NullMarked;
