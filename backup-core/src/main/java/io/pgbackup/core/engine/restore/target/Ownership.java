package io.pgbackup.core.engine.restore.target;

import io.pgbackup.core.postgres.files.EntryAttributes;
import io.pgbackup.restore.RestoreRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserPrincipal;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Gives restored files the mode they had and, where this process may, the owner. Only the super user may give files away; for anybody else they
 * belong to this process. Safe for use by many threads.
 */
public final class Ownership {
    private static final PosixFilePermission[] BITS = {
        PosixFilePermission.OTHERS_EXECUTE, PosixFilePermission.OTHERS_WRITE, PosixFilePermission.OTHERS_READ,
        PosixFilePermission.GROUP_EXECUTE, PosixFilePermission.GROUP_WRITE, PosixFilePermission.GROUP_READ,
        PosixFilePermission.OWNER_EXECUTE, PosixFilePermission.OWNER_WRITE, PosixFilePermission.OWNER_READ
    };

    private static final int GROUP_MAY_READ = 0050;
    private static final int OWNER_ONLY = 0700;

    private final boolean mayGiveAway = "root".equals(System.getProperty("user.name"));
    private final Optional<EntryAttributes.Ownership> everybody;
    private final Set<String> unknown = ConcurrentHashMap.newKeySet();
    private final ConcurrentMap<String, Optional<UserPrincipal>> owners = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, Optional<GroupPrincipal>> groups = new ConcurrentHashMap<>();

    private Ownership(Optional<EntryAttributes.Ownership> everybody) {
        this.everybody = everybody;
    }

    /**
     * For one restore.
     *
     * @param owner of everything; empty for the owners of the source
     * @return knows nothing of this machine's users yet
     */
    public static Ownership as(Optional<RestoreRequest.Owner> owner) {
        return new Ownership(owner.map(named -> new EntryAttributes.Ownership(named.user(), named.group())));
    }

    /** The mode of a directory: a server refuses any but these two for the data directory. */
    static int directoryMode(EntryAttributes attributes) {
        return (attributes.mode() & GROUP_MAY_READ) == GROUP_MAY_READ ? OWNER_ONLY | GROUP_MAY_READ : OWNER_ONLY;
    }

    /** A directory, readable by the group or not, by nobody else. */
    void applyToDirectory(Path path, EntryAttributes attributes) throws IOException {
        apply(path, new EntryAttributes(0, directoryMode(attributes), attributes.ownership(), attributes.modified()));
    }

    void apply(Path path, EntryAttributes attributes) throws IOException {
        PosixFileAttributeView view =
                Files.getFileAttributeView(path, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
        if (view == null) {
            return;
        }
        view.setPermissions(permissions(attributes.mode()));
        giveAway(path, view, attributes.ownership());
    }

    /** Gives a path away without changing its mode. */
    void giveAway(Path path, EntryAttributes.Ownership ownership) throws IOException {
        PosixFileAttributeView view =
                Files.getFileAttributeView(path, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
        if (view != null) {
            giveAway(path, view, ownership);
        }
    }

    private void giveAway(Path path, PosixFileAttributeView view, EntryAttributes.Ownership source) throws IOException {
        EntryAttributes.Ownership ownership = everybody.orElse(source);
        if (!mayGiveAway || ownership.owner().isEmpty()) {
            return;
        }
        Optional<UserPrincipal> owner = owners.computeIfAbsent(ownership.owner(), name -> owner(path, name));
        if (owner.isPresent()) {
            view.setOwner(owner.get());
        }
        Optional<GroupPrincipal> group = groups.computeIfAbsent(ownership.group(), name -> group(path, name));
        if (group.isPresent()) {
            view.setGroup(group.get());
        }
    }

    private Optional<UserPrincipal> owner(Path path, String name) {
        try {
            return Optional.of(service(path).lookupPrincipalByName(name));
        } catch (UserPrincipalNotFoundException e) {
            unknown.add("user " + name);
            return Optional.empty();
        } catch (IOException e) {
            throw TargetFailure.writing(path, e);
        }
    }

    private Optional<GroupPrincipal> group(Path path, String name) {
        try {
            return Optional.of(service(path).lookupPrincipalByGroupName(name));
        } catch (UserPrincipalNotFoundException e) {
            unknown.add("group " + name);
            return Optional.empty();
        } catch (IOException e) {
            throw TargetFailure.writing(path, e);
        }
    }

    private static UserPrincipalLookupService service(Path path) {
        return path.getFileSystem().getUserPrincipalLookupService();
    }

    static Set<PosixFilePermission> permissions(int mode) {
        Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
        for (int bit = 0; bit < BITS.length; bit++) {
            if ((mode & 1 << bit) != 0) {
                permissions.add(BITS[bit]);
            }
        }
        return permissions;
    }

    /** Fails if files cannot be given to the owner that was asked for. */
    public void requirePossible(Path target) {
        if (everybody.isEmpty()) {
            return;
        }
        EntryAttributes.Ownership wanted = everybody.get();
        if (!mayGiveAway) {
            throw TargetFailure.unusable(
                    target,
                    "only the super user may give files to " + wanted.owner() + ":" + wanted.group(),
                    "run as the user that the server runs as, without ownedBy()");
        }
        if (owner(target, wanted.owner()).isEmpty()
                || group(target, wanted.group()).isEmpty()) {
            throw TargetFailure.unusable(
                    target, "this system does not know " + unknown, "name a user and a group of this system");
        }
    }

    /** Owners of the source that this system does not know. */
    Set<String> unknown() {
        return unknown;
    }
}
