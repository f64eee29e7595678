package io.pgbackup.core.pipeline;

/**
 * Where a frame lies in its object: all that is needed to read it alone.
 *
 * @param number of the frame, from 0
 * @param offset of its first byte in the object
 * @param storedLength bytes it takes in the object, its own header included
 */
public record FrameLocation(long number, long offset, int storedLength) {}
