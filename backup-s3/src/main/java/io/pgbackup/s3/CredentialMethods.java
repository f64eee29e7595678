package io.pgbackup.s3;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.ContainerCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.InstanceProfileCredentialsProvider;
import software.amazon.awssdk.auth.credentials.ProcessCredentialsProvider;
import software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider;
import software.amazon.awssdk.profiles.ProfileFile;
import software.amazon.awssdk.profiles.ProfileFileSupplier;

/** What the SDK needs for each method of authentication. */
final class CredentialMethods {
    private final S3Connection connection;
    private final InstantSource clock;

    CredentialMethods(S3Connection connection, InstantSource clock) {
        this.connection = connection;
        this.clock = clock;
    }

    AwsCredentialsProvider provider(S3Credentials method) {
        if (method instanceof S3Credentials.Key key) {
            return () -> credentials(key);
        } else if (method instanceof S3Credentials.WebIdentity identity) {
            return RoleCredentials.ofWebIdentity(identity, connection, clock);
        } else if (method instanceof S3Credentials.Role role) {
            return RoleCredentials.ofRole(role, provider(role.base()), connection, clock);
        } else if (method instanceof S3Credentials.Container) {
            return ContainerCredentialsProvider.builder().build();
        } else if (method instanceof S3Credentials.Instance) {
            return InstanceProfileCredentialsProvider.builder()
                    .profileFile(CredentialMethods::onlyVersionTwo)
                    .build();
        } else if (method instanceof S3Credentials.Profile profile) {
            return ProfileCredentialsProvider.builder()
                    .profileFile(ProfileFileSupplier.defaultSupplier())
                    .profileName(profile.name())
                    .build();
        } else if (method instanceof S3Credentials.Program program) {
            return ProcessCredentialsProvider.builder()
                    .command(program.command())
                    .build();
        } else if (method instanceof S3Credentials.Anonymous) {
            return AnonymousCredentialsProvider.create();
        }
        return DefaultCredentialsProvider.builder().build();
    }

    private static AwsCredentials credentials(S3Credentials.Key key) {
        String id = HttpClients.reveal(key.id());
        String secret = HttpClients.reveal(key.secret());
        return key.sessionToken()
                .map(HttpClients::reveal)
                .<AwsCredentials>map(token -> AwsSessionCredentials.create(id, secret, token))
                .orElseGet(() -> AwsBasicCredentials.create(id, secret));
    }

    /** Without this the SDK asks the first version of the metadata service, which needs no token, when the second does not answer. */
    private static ProfileFile onlyVersionTwo() {
        return ProfileFile.builder()
                .type(ProfileFile.Type.CONFIGURATION)
                .content(new ByteArrayInputStream(
                        "[default]\nec2_metadata_v1_disabled=true\n".getBytes(StandardCharsets.UTF_8)))
                .build();
    }
}
