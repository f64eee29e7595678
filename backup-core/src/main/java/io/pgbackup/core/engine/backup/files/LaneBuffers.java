package io.pgbackup.core.engine.backup.files;

import io.pgbackup.core.repository.set.BundleWriter;

/**
 * What one worker fills for one lane.
 *
 * @param lane which
 * @param bundle where frames go
 * @param frame the units of the next frame
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record LaneBuffers(LaneCopy lane, BundleWriter bundle, byte[] frame) {}
