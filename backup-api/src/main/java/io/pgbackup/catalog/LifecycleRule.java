package io.pgbackup.catalog;

import io.pgbackup.storage.Expirable;
import java.util.List;

/**
 * What a store may remove by itself, as a rule to be set up in it. For backups whose writer may not delete, and as a net below an expire of one's own.
 *
 * <p>A store counts days and knows nothing of chains: the rule is late enough that nothing is removed that the retention still needs, as long as full backups go on
 * to be taken as often as was said. If they stop, the rule removes the last of them: watch that backups are taken.
 *
 * @param expirables what may go, and when; all else must stay
 * @param previousVersionDays after so many days versions go that were deleted
 * @param document in the words of the store, for its own tools
 */
public record LifecycleRule(List<Expirable> expirables, int previousVersionDays, String document) {
    /** Copies the list. */
    public LifecycleRule {
        expirables = List.copyOf(expirables);
    }
}
