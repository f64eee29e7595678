package io.pgbackup.sftp;

import io.pgbackup.SecretSource;
import java.io.IOException;
import java.nio.file.CopyOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.apache.sshd.common.file.virtualfs.VirtualFileSystemFactory;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.keyprovider.SimpleGeneratorHostKeyProvider;
import org.apache.sshd.sftp.SftpModuleProperties;
import org.apache.sshd.sftp.server.SftpFileSystemAccessor;
import org.apache.sshd.sftp.server.SftpSubsystemFactory;
import org.apache.sshd.sftp.server.SftpSubsystemProxy;

/** A server of another make, within this process: for machines without OpenSSH, and for what OpenSSH's server cannot be made to do. */
final class InProcessServer implements AutoCloseable {
    private final SshServer server = SshServer.setUpDefaultServer();
    private final String password = UUID.randomUUID().toString();

    /** What may differ from server to server. */
    enum Kind {
        USUAL,
        WITHOUT_HARD_LINKS,
        WITHOUT_HARD_LINKS_REPLACING_ON_RENAME
    }

    InProcessServer(Path root, Kind kind) throws IOException {
        SftpSubsystemFactory files = new SftpSubsystemFactory.Builder().build();
        if (kind == Kind.WITHOUT_HARD_LINKS_REPLACING_ON_RENAME) {
            files.setFileSystemAccessor(new Replacing());
        }
        if (kind != Kind.USUAL) {
            SftpModuleProperties.OPENSSH_EXTENSIONS.set(server, "fsync@openssh.com=1");
        }
        SimpleGeneratorHostKeyProvider hostKey = new SimpleGeneratorHostKeyProvider();
        hostKey.setAlgorithm("EC");
        hostKey.setKeySize(256);
        server.setHost("127.0.0.1");
        server.setKeyPairProvider(hostKey);
        server.setPasswordAuthenticator((user, given, session) -> password.equals(given));
        server.setSubsystemFactories(List.of(files));
        server.setFileSystemFactory(new VirtualFileSystemFactory(Files.createDirectories(root)));
        server.start();
    }

    private static final class Replacing implements SftpFileSystemAccessor {
        @Override
        public void renameFile(SftpSubsystemProxy subsystem, Path from, Path to, Collection<CopyOption> options)
                throws IOException {
            Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    String location(String directory) {
        return "sftp://someone@127.0.0.1:" + server.getPort() + "/" + directory;
    }

    Sftp settings() {
        return Sftp.password(SecretSource.value(password.toCharArray())).withoutHostKeyCheck();
    }

    String password() {
        return password;
    }

    @Override
    public void close() throws IOException {
        server.stop(true);
    }
}
