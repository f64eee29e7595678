package io.pgbackup;

/** What a backup stores. */
public enum BackupType {
    /** Everything. */
    FULL('F'),
    /** What changed since the newest full backup. */
    DIFFERENTIAL('D'),
    /** What changed since the newest backup of any type. */
    INCREMENTAL('I');

    private final char letter;

    BackupType(char letter) {
        this.letter = letter;
    }

    /**
     * The last letter of the labels of this type.
     *
     * @return F, D or I
     */
    public char letter() {
        return letter;
    }
}
