package io.pgbackup.s3;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Function;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.SdkSystemSetting;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.StsClientBuilder;
import software.amazon.awssdk.services.sts.model.Credentials;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/**
 * Credentials of a role, from the token service: exchanged at the first use and renewed before they expire, see {@link RenewedCredentials}. The token service is
 * reached as the store is; the store's own certificate authority counts for it only if its endpoint was named too.
 */
final class RoleCredentials implements AwsCredentialsProvider, SdkAutoCloseable {
    private static final String SESSION_NAME = "pgbackup";

    private final SdkHttpClient http;
    private final StsClient sts;
    private final AwsCredentialsProvider base;
    private final RenewedCredentials renewed;

    private RoleCredentials(
            S3Connection connection,
            AwsCredentialsProvider base,
            InstantSource clock,
            Function<StsClient, Credentials> exchange) {
        this.base = base;
        this.http = HttpClients.of(
                connection, connection.stsEndpoint().isPresent() ? connection.authority() : Optional.empty());
        this.sts = client(connection);
        this.renewed = new RenewedCredentials(() -> exchange.apply(sts), clock);
    }

    private StsClient client(S3Connection connection) {
        StsClientBuilder builder = StsClient.builder()
                .httpClient(http)
                .credentialsProvider(base)
                .overrideConfiguration(override -> override.retryStrategy(AwsRetryStrategy.doNotRetry())
                        .addExecutionInterceptor(new OnlyOverTls(connection.plainHttp())));
        connection.region().map(Region::of).ifPresent(builder::region);
        connection.stsEndpoint().ifPresent(builder::endpointOverride);
        return builder.build();
    }

    static RoleCredentials ofWebIdentity(
            S3Credentials.WebIdentity identity, S3Connection connection, InstantSource clock) {
        String role = identity.roleArn().orElseGet(() -> required(SdkSystemSetting.AWS_ROLE_ARN));
        Path file =
                identity.tokenFile().orElseGet(() -> Path.of(required(SdkSystemSetting.AWS_WEB_IDENTITY_TOKEN_FILE)));
        String session = SdkSystemSetting.AWS_ROLE_SESSION_NAME.getStringValue().orElse(SESSION_NAME);
        return new RoleCredentials(
                connection,
                AnonymousCredentialsProvider.create(),
                clock,
                sts -> sts.assumeRoleWithWebIdentity(request ->
                                request.roleArn(role).roleSessionName(session).webIdentityToken(token(file)))
                        .credentials());
    }

    static RoleCredentials ofRole(
            S3Credentials.Role role, AwsCredentialsProvider base, S3Connection connection, InstantSource clock) {
        return new RoleCredentials(
                connection,
                base,
                clock,
                sts -> sts.assumeRole(request -> {
                            request.roleArn(role.roleArn()).roleSessionName(SESSION_NAME);
                            role.externalId().ifPresent(request::externalId);
                        })
                        .credentials());
    }

    private static String required(SdkSystemSetting setting) {
        return setting.getStringValue()
                .orElseThrow(() -> new IllegalStateException(setting.environmentVariable() + " is not set"));
    }

    private static String token(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the token file " + file, e);
        }
    }

    @Override
    public AwsCredentials resolveCredentials() {
        return renewed.resolveCredentials();
    }

    @Override
    public void close() {
        sts.close();
        http.close();
        if (base instanceof SdkAutoCloseable closeable) {
            closeable.close();
        }
    }
}
