package io.pgbackup.core.repository.set;

import io.pgbackup.BackupLabel;
import io.pgbackup.catalog.Verification;
import io.pgbackup.catalog.VerifyDepth;
import io.pgbackup.core.crypto.Attestation;
import io.pgbackup.core.repository.ClusterLayout;
import io.pgbackup.core.repository.OpenRepository;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * Which sets the holder of an attestation key has verified by content. A signature covers the stored commit record with its salt, which pins the manifest and so
 * everything: a set that was made anew under the same label is another one. For one thread.
 */
public final class AttestedSets {
    private final OpenRepository repository;
    private final ClusterLayout layout;
    private final Attestation attestation;

    /**
     * For one cluster of a repository and one key.
     *
     * @param repository where
     * @param layout of the cluster
     * @param attestation the key
     */
    public AttestedSets(OpenRepository repository, ClusterLayout layout, Attestation attestation) {
        this.repository = repository;
        this.layout = layout;
        this.attestation = attestation;
    }

    /**
     * Signs a verification.
     *
     * @param label of the set
     * @param verification what was done
     * @return hexadecimal digits; empty if it proves too little, or the set is gone
     */
    public Optional<String> sign(BackupLabel label, Verification verification) {
        return proves(verification)
                ? statement(label, verification).map(parts -> HexFormat.of().formatHex(attestation.sign(parts)))
                : Optional.empty();
    }

    /**
     * Whether a signature is one of this key for a set as it is stored now.
     *
     * @param label of the set
     * @param verification what its record says
     * @param signature as it was stored
     * @return false if it is anything else
     */
    boolean isSigned(BackupLabel label, Verification verification, String signature) {
        return proves(verification)
                && statement(label, verification)
                        .filter(parts -> attestation.matches(parts, bytes(signature)))
                        .isPresent();
    }

    /**
     * Whether the holder of the key ever found a set clean by content.
     *
     * @param label of the set
     * @return true if one of its records is signed so
     */
    public boolean contains(BackupLabel label) {
        return new VerifyRecords(repository, layout).isAttested(label, this);
    }

    private static boolean proves(Verification verification) {
        return verification.clean() && verification.depth() == VerifyDepth.CONTENT;
    }

    private Optional<List<byte[]>> statement(BackupLabel label, Verification verification) {
        return repository
                .readObject(layout.record(label))
                .map(record -> List.of(
                        text(repository.id()),
                        text(layout.root().toString()),
                        text(label.toString()),
                        text(verification.time().toString()),
                        record));
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] bytes(String signature) {
        try {
            return HexFormat.of().parseHex(signature);
        } catch (IllegalArgumentException e) {
            return new byte[0];
        }
    }
}
