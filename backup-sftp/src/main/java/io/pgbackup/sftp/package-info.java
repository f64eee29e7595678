/**
 * Storage provider for SFTP ({@code sftp://user@host:port/path}). {@link io.pgbackup.sftp.Sftp} holds the settings; everything else is found
 * through {@link java.util.ServiceLoader}. Three layers: {@code SshConnection} and its companions make an SSH connection with JSch (keys, host
 * keys, algorithms); {@code SftpChannel} speaks version 3 of the file protocol on a channel of it; {@code SftpStorage} and the {@code Remote…}
 * classes turn files into objects. Never on the engine or another provider; no retries, those belong to the engine.
 */
@NullMarked
package io.pgbackup.sftp;

import org.jspecify.annotations.NullMarked;
