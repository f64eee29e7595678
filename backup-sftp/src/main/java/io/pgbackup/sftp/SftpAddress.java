package io.pgbackup.sftp;

import io.pgbackup.storage.StorageFaultException;
import io.pgbackup.storage.StorageLocation;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/**
 * What {@code sftp://user@host:port/path} says.
 *
 * @param user empty if the settings name it
 * @param host a name or an address, without brackets
 * @param port of the SSH server
 * @param path absolute, without a slash at its end unless it is nothing else
 */
record SftpAddress(Optional<String> user, String host, int port, String path) {
    private static final int STANDARD_PORT = 22;

    static SftpAddress of(StorageLocation location) throws StorageFaultException {
        URI uri = location.uri();
        if (uri.isOpaque() || uri.getHost() == null) {
            throw refused(location, "it must be of the form sftp://user@host:port/path");
        }
        if (uri.getRawQuery() != null || uri.getRawFragment() != null) {
            throw refused(location, "parameters and fragments are not understood");
        }
        if (uri.getPath().isEmpty()) {
            throw refused(location, "it has no path; the root directory of the account is sftp://host/");
        }
        int port = uri.getPort() == -1 ? STANDARD_PORT : uri.getPort();
        if (port < 1 || port > 65_535) {
            throw refused(location, port + " is not a port");
        }
        String host = uri.getHost().replaceAll("[\\[\\]]", "");
        return new SftpAddress(Optional.ofNullable(uri.getUserInfo()), host, port, path(location, uri.getPath()));
    }

    private static String path(StorageLocation location, String path) throws StorageFaultException {
        String trimmed = path.length() > 1 && path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
        if (trimmed.equals("/")) {
            return trimmed;
        }
        for (String segment : trimmed.substring(1).split("/", -1)) {
            boolean odd = segment.chars().anyMatch(Character::isISOControl);
            if (odd || List.of("", ".", "..").contains(segment)) {
                throw refused(location, "its path has an empty segment, '.', '..' or a control character");
            }
        }
        return trimmed;
    }

    private static StorageFaultException refused(StorageLocation location, String why) {
        return new StorageFaultException("cannot use the location " + location + ": " + why);
    }

    /** The same with a user, if this one has none. */
    SftpAddress withUser(Optional<String> wanted) throws StorageFaultException {
        if (user.isPresent() && wanted.isPresent() && !user.equals(wanted)) {
            throw new StorageFaultException("the location " + this + " names the user " + user.get()
                    + " and the settings name " + wanted.get() + "; only one of them can be meant");
        }
        return new SftpAddress(user.or(() -> wanted), host, port, path);
    }

    @Override
    public String toString() {
        String server = host.contains(":") ? "[" + host + "]" : host;
        return "sftp://" + user.map(name -> name + "@").orElse("") + server + (port == STANDARD_PORT ? "" : ":" + port)
                + path;
    }
}
