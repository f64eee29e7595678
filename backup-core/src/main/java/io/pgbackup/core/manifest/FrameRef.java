package io.pgbackup.core.manifest;

/**
 * Where a frame is and which units of its file it holds, in ascending order, one after the other.
 *
 * @param bundle the bundle
 * @param number of the frame within the bundle, from 0
 * @param offset of its first stored byte within the bundle
 * @param stored number of stored bytes
 * @param units what it holds
 */
public record FrameRef(BundleRef bundle, int number, long offset, int stored, UnitRuns units) {}
