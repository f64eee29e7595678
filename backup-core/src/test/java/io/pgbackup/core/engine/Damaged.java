package io.pgbackup.core.engine;

import io.pgbackup.BackupLabel;
import io.pgbackup.error.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One way to damage a repository that holds a full backup, an incremental upon it, and another full one; and what must come of it.
 *
 * @param name for people
 * @param damage what is done to the directory of the repository
 * @param restore code of restoring each set that cannot be restored
 * @param findings codes of a verification of the content, by label
 * @param seenByCatalog whether verifying the catalog must find it too; of a bundle it sees the length
 */
record Damaged(
        String name,
        Damage damage,
        Map<String, ErrorCode> restore,
        Map<String, Set<ErrorCode>> findings,
        boolean seenByCatalog) {
    /** The sets that are there. */
    record Sets(BackupLabel full, BackupLabel incremental, BackupLabel other) {
        BackupLabel named(String name) {
            return switch (name) {
                case "full" -> full;
                case "incremental" -> incremental;
                default -> other;
            };
        }
    }

    /** Damages. */
    @FunctionalInterface
    interface Damage {
        void to(Path cluster, Sets sets) throws IOException;
    }

    static Path record(Path cluster, BackupLabel label) {
        return cluster.resolve("backup").resolve(label.toString());
    }

    static Path data(Path cluster, BackupLabel label, String object) {
        return cluster.resolve("data").resolve(label.toString()).resolve(object);
    }

    /** Flips a bit at a place given in thousandths of the length. */
    static void flip(Path file, int thousandths) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        int position = (int) Math.min(bytes.length - 1L, (long) bytes.length * thousandths / 1000);
        bytes[position] ^= 0x10;
        Files.write(file, bytes);
    }

    static void truncate(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
    }

    static void exchange(Path one, Path other) throws IOException {
        byte[] bytes = Files.readAllBytes(one);
        Files.write(one, Files.readAllBytes(other));
        Files.write(other, bytes);
    }

    /** Bumps the format version in an object's header. */
    static void fromTheFuture(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[6] = 9;
        Files.write(file, bytes);
    }

    Optional<ErrorCode> restoreOf(String set) {
        return Optional.ofNullable(restore.get(set));
    }

    @Override
    public String toString() {
        return name;
    }
}
