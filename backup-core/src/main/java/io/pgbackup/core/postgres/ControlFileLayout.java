package io.pgbackup.core.postgres;

import static io.pgbackup.error.ErrorCode.SOURCE_UNREADABLE;
import static io.pgbackup.error.ErrorCode.UNSUPPORTED_SERVER;

import io.pgbackup.error.ClusterException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/** Where the checksum of a control file is, by its version, and whether the bytes can be believed. */
enum ControlFileLayout {
    VERSION_1300(1300, 288),
    VERSION_1700(1700, 288),
    VERSION_1800(1800, 292);

    private static final int SMALLEST_FILE = 512;
    private static final double FLOAT_FORMAT = 1234567.0;
    private static final int FLOAT_FORMAT_AT = 208;

    private final int version;
    private final int checksumAt;

    ControlFileLayout(int version, int checksumAt) {
        this.version = version;
        this.checksumAt = checksumAt;
    }

    static ControlFileLayout of(byte[] bytes) {
        if (bytes.length < SMALLEST_FILE) {
            throw damaged("it has " + bytes.length + " bytes where a control file has 8192");
        }
        int found = little(bytes).getInt(8);
        for (ControlFileLayout layout : values()) {
            if (layout.version == found) {
                return layout;
            }
        }
        throw unknown(bytes, found);
    }

    private static ClusterException unknown(byte[] bytes, int found) {
        for (ControlFileLayout layout : values()) {
            if (Integer.reverseBytes(layout.version) == found) {
                return new ClusterException(
                        UNSUPPORTED_SERVER,
                        "the control file was written by a big-endian machine",
                        "Only clusters of little-endian machines are supported.");
            }
        }
        for (int at = 200; at <= 400; at += 4) {
            if (matches(bytes, at)) {
                return new ClusterException(
                        UNSUPPORTED_SERVER,
                        "the control file has version " + Integer.toUnsignedString(found) + ", which is not known",
                        "PostgreSQL 13 to 18 are supported; for a newer server use a newer pgbackup.");
            }
        }
        return damaged("neither its version nor its checksum is one of a control file");
    }

    void requireIntact(byte[] bytes) {
        if (!matches(bytes, checksumAt)) {
            throw damaged("its checksum is wrong");
        }
        ByteBuffer fields = little(bytes);
        if (fields.getDouble(FLOAT_FORMAT_AT) != FLOAT_FORMAT) {
            throw new ClusterException(
                    UNSUPPORTED_SERVER,
                    "the control file was written by a machine with another floating point format",
                    "Only clusters of little-endian machines with IEEE 754 numbers are supported.");
        }
        int state = fields.getInt(16);
        if (state < 0 || state >= ClusterState.values().length) {
            throw damaged("it holds the unknown state " + state);
        }
    }

    private static boolean matches(byte[] bytes, int checksumAt) {
        CRC32C checksum = new CRC32C();
        checksum.update(bytes, 0, checksumAt);
        return (int) checksum.getValue() == little(bytes).getInt(checksumAt);
    }

    private static ByteBuffer little(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    static ClusterException damaged(String what) {
        return new ClusterException(
                SOURCE_UNREADABLE,
                "cannot use global/pg_control: " + what,
                "Check that the path is the data directory of an initialised cluster and that its disk is healthy.");
    }
}
