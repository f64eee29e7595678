package io.pgbackup.core.engine;

import io.pgbackup.Repository;
import io.pgbackup.catalog.RepositoryBrowser;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.storage.Listing;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectPrefix;
import java.io.OutputStream;

/** Opens the repository for each look, so that nothing stays open. */
final class Browser implements RepositoryBrowser {
    private final Repositories repositories;
    private final Repository repository;

    Browser(Repositories repositories, Repository repository) {
        this.repositories = repositories;
        this.repository = repository;
    }

    @Override
    public Listing list(ObjectPrefix prefix) {
        try (OpenRepository open = repositories.open(repository)) {
            return open.list(prefix);
        }
    }

    @Override
    public void read(ObjectKey key, OutputStream target) {
        try (OpenRepository open = repositories.open(repository)) {
            open.copyContent(key, target);
        }
    }

    @Override
    public void readStored(ObjectKey key, OutputStream target) {
        try (OpenRepository open = repositories.open(repository)) {
            open.copyStored(key, target);
        }
    }
}
