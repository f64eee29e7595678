/**
 * What pgbackup does, to be watched and read. Begin with {@code Quickstart}; {@code FirstBackup} is the shortest program that backs up and
 * restores. The rest is scenery: data to lose, and a comparison that finds every difference.
 */
@NullMarked
package io.pgbackup.examples.quickstart;

import org.jspecify.annotations.NullMarked;
