package io.pgbackup.sftp;

/**
 * An entry of a directory.
 *
 * @param name without a path
 * @param attributes of the entry itself, also if it is a link
 */
record RemoteEntry(String name, RemoteAttributes attributes) {}
