package io.pgbackup.core.pipeline;

import io.pgbackup.storage.ObjectKind;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** What an object of a repository is, as its header says. Codes are stored and never change. */
public enum HeaderKind {
    /** Format record of the repository. */
    FORMAT(1, ObjectKind.CONTROL),
    /** Wrapped master key. */
    KEY_SLOT(2, ObjectKind.KEY),
    /** Identity of a cluster. */
    IDENTITY(3, ObjectKind.CONTROL),
    /** Who may write, and which label. */
    LEASE(4, ObjectKind.CONTROL),
    /** A set was begun. */
    BEGIN(5, ObjectKind.CONTROL),
    /** Start position of a set. */
    START(6, ObjectKind.CONTROL),
    /** A set is complete. */
    COMMIT(7, ObjectKind.CONTROL),
    /** A set was given up. */
    ABORT(8, ObjectKind.CONTROL),
    /** Expire has chosen a set. */
    RETIRE(9, ObjectKind.CONTROL),
    /** Frames of many files. */
    BUNDLE(10, ObjectKind.BUNDLE),
    /** Page of a manifest. */
    MANIFEST_PAGE(11, ObjectKind.MANIFEST),
    /** Root of a manifest. */
    MANIFEST_ROOT(12, ObjectKind.MANIFEST),
    /** Record of a finished operation. */
    JOB(13, ObjectKind.CONTROL),
    /** WAL segment, partial segment or history file. */
    WAL(14, ObjectKind.WAL),
    /** Changed blocks of WAL; read by every incremental, so not where WAL itself goes cold. */
    SUMMARY(15, ObjectKind.MANIFEST),
    /** A set is pinned, or no longer. */
    PIN(16, ObjectKind.CONTROL),
    /** Which keys count, and who makes a generation of them. */
    KEY_RING(17, ObjectKind.KEY),
    /** Master key wrapped by a key management service. */
    SERVICE_KEY_SLOT(18, ObjectKind.KEY, 2),
    /** WAL that was given up. */
    DROPPED_WAL(19, ObjectKind.CONTROL),
    /** WAL that retention has chosen. */
    THINNED_WAL(20, ObjectKind.CONTROL);

    private static final Map<Integer, HeaderKind> BY_CODE =
            Arrays.stream(values()).collect(Collectors.toMap(HeaderKind::code, kind -> kind));

    private final int code;
    private final ObjectKind storageKind;
    private final int version;

    HeaderKind(int code, ObjectKind storageKind) {
        this(code, storageKind, 1);
    }

    HeaderKind(int code, ObjectKind storageKind, int version) {
        this.code = code;
        this.storageKind = storageKind;
        this.version = version;
    }

    /**
     * The stored code.
     *
     * @return 1…255
     */
    public int code() {
        return code;
    }

    /**
     * The format version in which objects of this kind are written: the first one whose readers understand them. An older reader says of such an object, and
     * of nothing else, that it is too new.
     *
     * @return at least 1
     */
    public int version() {
        return version;
    }

    /**
     * Whether objects of this kind are read before any key is known.
     *
     * @return true for the format record and key slots
     */
    public boolean precedesKeys() {
        return this == FORMAT || this == KEY_SLOT || this == SERVICE_KEY_SLOT;
    }

    /**
     * What storage providers are told.
     *
     * @return the storage kind
     */
    public ObjectKind storageKind() {
        return storageKind;
    }

    /**
     * Finds a kind by its stored code.
     *
     * @param code any number
     * @return empty if this version of the library does not know it
     */
    public static Optional<HeaderKind> ofCode(int code) {
        return Optional.ofNullable(BY_CODE.get(code));
    }
}
