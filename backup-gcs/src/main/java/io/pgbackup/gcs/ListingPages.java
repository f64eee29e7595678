package io.pgbackup.gcs;

import com.google.api.client.http.HttpResponseException;
import com.google.api.services.storage.Storage;
import com.google.api.services.storage.model.Objects;
import io.pgbackup.storage.StorageException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The pages that the store makes of a listing, one after the other. An answer that is no listing is an error, and so is a missing bucket. Immutable. */
final class ListingPages {
    private static final String KIND = "storage#objects";

    private final Storage client;
    private final GcsLocation location;
    private final GcsErrors errors;

    /** What is asked for. */
    interface Question {
        Storage.Objects.List of(Storage.Objects.List request);
    }

    /** Takes a page; says whether more is wanted. */
    interface Use {
        boolean page(Objects page) throws StorageException;
    }

    ListingPages(Storage client, GcsLocation location, GcsErrors errors) {
        this.client = client;
        this.location = location;
        this.errors = errors;
    }

    /** Until the last page, or one after which no more is wanted. */
    void each(String attempted, Question question, Use use) throws StorageException {
        String token = null;
        boolean more;
        do {
            Objects page = page(attempted, question, token);
            String next = page.getNextPageToken();
            if (next != null && next.equals(token)) {
                throw errors.fault(attempted, "the store gives the same page again and again");
            }
            token = next;
            more = use.page(page) && token != null;
        } while (more);
    }

    private Objects page(String attempted, Question question, @Nullable String token) throws StorageException {
        Objects page;
        try {
            page = question.of(client.objects().list(location.bucket()).setPageToken(token))
                    .execute();
        } catch (HttpResponseException e) {
            StoreReply reply = StoreReply.of(e);
            throw reply.isMissing()
                    ? errors.fault(attempted, "there is no bucket " + location.bucket() + "; " + reply.describe())
                    : errors.classify(attempted, e);
        } catch (IOException e) {
            throw errors.classify(attempted, e);
        } catch (RuntimeException e) {
            // What Google's parser throws at something that is no JSON, or JSON of another kind.
            throw errors.strange(attempted, "it cannot be read", e);
        }
        if (page == null || !KIND.equals(page.getKind())) {
            throw errors.strange(attempted, "it is no listing", null);
        }
        return page;
    }
}
