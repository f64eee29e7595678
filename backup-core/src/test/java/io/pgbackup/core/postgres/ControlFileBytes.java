package io.pgbackup.core.postgres;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

/** Control files made up for tests. */
public final class ControlFileBytes {
    private ControlFileBytes() {}

    /** A plausible control file of a version, changed before its checksum is made. */
    public static byte[] of(int version, Consumer<ByteBuffer> change) {
        byte[] bytes = new byte[8192];
        ByteBuffer fields = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        fields.putLong(0, 0x6543_2109_8765_4321L)
                .putInt(8, version)
                .putInt(12, 202406281)
                .putInt(16, 6);
        fields.putLong(32, 0x2000060L).putLong(40, 0x2000028L).putInt(48, 1).putInt(52, 1);
        fields.putInt(172, 1).putInt(180, 100);
        fields.putDouble(208, 1234567.0)
                .putInt(216, 8192)
                .putInt(220, 131072)
                .putInt(224, 8192)
                .putInt(228, 16 << 20);
        fields.putInt(252, 1);
        change.accept(fields);
        seal(bytes, version >= 1800 ? 292 : 288);
        return bytes;
    }

    public static byte[] of(int version) {
        return of(version, fields -> {});
    }

    static void seal(byte[] bytes, int at) {
        CRC32C checksum = new CRC32C();
        checksum.update(bytes, 0, at);
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(at, (int) checksum.getValue());
    }
}
