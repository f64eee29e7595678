package io.pgbackup.core.engine.restore.plan;

import io.pgbackup.core.engine.content.SetContents;
import io.pgbackup.core.engine.restore.route.WalRoute;

/**
 * What a restore reads.
 *
 * @param contents of the set
 * @param route from the set to the target
 */
public record RestoreSource(SetContents contents, WalRoute route) {}
