package io.pgbackup;

import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.format.ResolverStyle;
import java.util.Locale;
import java.util.Objects;

/**
 * Name of a backup within a repository, in the form operators know from pgBackRest: {@code 20241201-173722F} for a full backup,
 * {@code 20241201-173722F_20241201-174532I} (or {@code D}) for one that depends on it. Times are UTC. Ordered by the time of the backup
 * itself.
 */
public final class BackupLabel implements Comparable<BackupLabel> {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuuMMdd-HHmmss", Locale.ROOT).withResolverStyle(ResolverStyle.STRICT);

    private final LocalDateTime full;
    private final LocalDateTime time;
    private final BackupType type;

    private BackupLabel(LocalDateTime full, LocalDateTime time, BackupType type) {
        this.full = full;
        this.time = time;
        this.type = type;
    }

    /**
     * The label of a full backup.
     *
     * @param time in UTC, whole seconds
     * @return the label
     */
    public static BackupLabel full(LocalDateTime time) {
        return new BackupLabel(time.withNano(0), time.withNano(0), BackupType.FULL);
    }

    /**
     * The label of a backup that depends on a full one, directly or not.
     *
     * @param type differential or incremental
     * @param full label of the full backup at the bottom of the chain
     * @param time in UTC, whole seconds
     * @return the label
     */
    public static BackupLabel dependent(BackupType type, BackupLabel full, LocalDateTime time) {
        if (type == BackupType.FULL || full.type != BackupType.FULL) {
            throw new IllegalArgumentException("a dependent backup is not full and rests on a full one");
        }
        return new BackupLabel(full.time, time.withNano(0), type);
    }

    /**
     * Parses a label; the inverse of {@link #toString()}.
     *
     * @param text the label
     * @return the label
     * @throws IllegalArgumentException if the text is not a label
     */
    public static BackupLabel parse(String text) {
        try {
            if (text.length() == 16 && text.charAt(15) == 'F') {
                return full(LocalDateTime.parse(text.substring(0, 15), TIME));
            }
            if (text.length() == 33 && text.startsWith("F_", 15)) {
                LocalDateTime full = LocalDateTime.parse(text.substring(0, 15), TIME);
                LocalDateTime time = LocalDateTime.parse(text.substring(17, 32), TIME);
                for (BackupType type : new BackupType[] {BackupType.DIFFERENTIAL, BackupType.INCREMENTAL}) {
                    if (text.charAt(32) == type.letter()) {
                        return new BackupLabel(full, time, type);
                    }
                }
            }
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException("not a backup label: '" + text + "'", e);
        }
        throw new IllegalArgumentException("not a backup label: '" + text + "'");
    }

    /**
     * When the backup came into its repository: when it was taken, unless it is a copy. Later than the time of every label that was there.
     *
     * @return UTC, whole seconds
     */
    public LocalDateTime time() {
        return time;
    }

    /**
     * What the backup stores.
     *
     * @return the type
     */
    public BackupType type() {
        return type;
    }

    /**
     * The full backup at the bottom of the chain.
     *
     * @return this label if it is a full one
     */
    public BackupLabel chain() {
        return type == BackupType.FULL ? this : full(full);
    }

    @Override
    public int compareTo(BackupLabel other) {
        int byTime = time.compareTo(other.time);
        return byTime != 0 ? byTime : toString().compareTo(other.toString());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof BackupLabel label
                && label.full.equals(full)
                && label.time.equals(time)
                && label.type == type;
    }

    @Override
    public int hashCode() {
        return Objects.hash(full, time, type);
    }

    /** The label as {@link #parse(String)} reads it. */
    @Override
    public String toString() {
        return type == BackupType.FULL
                ? TIME.format(time) + "F"
                : TIME.format(full) + "F_" + TIME.format(time) + type.letter();
    }
}
