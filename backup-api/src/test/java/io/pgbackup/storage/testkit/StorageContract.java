package io.pgbackup.storage.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgbackup.storage.ByteRange;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.Payload;
import io.pgbackup.storage.Storage;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What every {@link Storage} promises, as tests of one claim each. A provider proves itself by extending this class:
 *
 * <pre>{@code
 * class AcmeStorageTest extends StorageContract {
 *     @Override
 *     protected Storage open() throws Exception {
 *         return new AcmeProvider().open(location, config, StorageContext.system());
 *     }
 * }
 * }</pre>
 *
 * <p>Differences are declared by overriding the capability methods of {@link ContractFixture}; no test is ever left out by type or name.
 */
public abstract class StorageContract extends ListContract {

    @Test
    void closingTwiceIsFine() {
        storage().close();
        storage().close();
    }

    @Test
    void createAfterCloseIsRefused() {
        assertRefusedAfterClose(() -> storage().create(key("closed"), Payload.of(new byte[1]), BUNDLE));
    }

    @Test
    void readAfterCloseIsRefused() {
        assertRefusedAfterClose(() -> storage().read(key("closed"), ByteRange.all()));
    }

    @Test
    void statAfterCloseIsRefused() {
        assertRefusedAfterClose(() -> storage().stat(key("closed")));
    }

    @Test
    void listAfterCloseIsRefused() {
        assertRefusedAfterClose(() -> storage().list(place()));
    }

    @Test
    void deleteAfterCloseIsRefused() {
        assertRefusedAfterClose(() -> storage().delete(List.of(key("closed"))));
    }

    private void assertRefusedAfterClose(Call call) {
        storage().close();

        assertThatThrownBy(call::run).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void closingOneClientLeavesTheOthersOpen() throws Exception {
        Storage other = anotherClient();
        ObjectKey key = put("object");

        storage().close();

        assertThat(other.stat(key)).isPresent();
    }

    @Test
    void objectsOutliveTheirClient() throws Exception {
        ObjectKey key = put("object");
        storage().close();

        assertThat(anotherClient().stat(key)).isPresent();
    }
}
