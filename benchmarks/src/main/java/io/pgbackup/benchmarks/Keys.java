package io.pgbackup.benchmarks;

import io.pgbackup.core.crypto.MasterKey;
import io.pgbackup.core.crypto.RepositoryCipher;
import java.util.List;

/** Repositories of either suite, under a key that guards nothing. */
final class Keys {
    private Keys() {}

    static RepositoryCipher cipher(String suite) {
        byte[] repositoryId = new byte[RepositoryCipher.REPOSITORY_ID_LENGTH];
        return suite.equals("unencrypted")
                ? RepositoryCipher.unencrypted(repositoryId)
                : RepositoryCipher.encrypted(repositoryId, List.of(MasterKey.of(1, new byte[MasterKey.LENGTH])));
    }
}
