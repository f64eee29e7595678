package io.pgbackup.core.engine.restore.plan;

import io.pgbackup.core.engine.restore.target.MountPoints;
import io.pgbackup.core.engine.restore.target.TargetPlaces;
import io.pgbackup.restore.RestorePlan;

/**
 * A plan, and what the restore needs of what was decided for it.
 *
 * @param plan as users see it
 * @param places where everything goes
 * @param selection which databases get their content
 * @param mounts file systems in the way
 * @param ignoringInvalidPages whether recovery may meet pages that were left out and not written whole since
 */
public record Planned(
        RestorePlan plan,
        TargetPlaces places,
        DatabaseSelection selection,
        MountPoints mounts,
        boolean ignoringInvalidPages) {}
