package io.pgbackup.core.manifest;

import java.util.Arrays;

/**
 * A bundle of the set that a manifest belongs to. The header is repeated here, so that a range of the bundle can be read and authenticated
 * without reading its begin, and so that no other object can stand in for it.
 *
 * @param sequence number of the bundle within its set, from 0
 * @param header the object header, byte for byte; not to be changed
 */
public record BundleRef(int sequence, byte[] header) {
    @Override
    public boolean equals(Object other) {
        return other instanceof BundleRef bundle && bundle.sequence == sequence && Arrays.equals(bundle.header, header);
    }

    @Override
    public int hashCode() {
        return sequence;
    }

    @Override
    public String toString() {
        return "bundle " + sequence;
    }
}
