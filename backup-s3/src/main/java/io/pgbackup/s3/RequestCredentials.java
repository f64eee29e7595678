package io.pgbackup.s3;

import java.time.InstantSource;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/** The credentials of each request, by whatever method; a failure to get them says so and is told apart from a failure of the request. */
final class RequestCredentials implements AwsCredentialsProvider, AutoCloseable {
    private final String method;
    private final AwsCredentialsProvider provider;

    private RequestCredentials(String method, AwsCredentialsProvider provider) {
        this.method = method;
        this.provider = provider;
    }

    static RequestCredentials of(S3Credentials credentials, S3Connection connection, InstantSource clock) {
        return new RequestCredentials(
                credentials.describe(), new CredentialMethods(connection, clock).provider(credentials));
    }

    @Override
    public AwsCredentials resolveCredentials() {
        try {
            return provider.resolveCredentials();
        } catch (CredentialsException e) {
            throw e;
        } catch (AwsServiceException e) {
            boolean passing = e.statusCode() >= 500 || e.isThrottlingException();
            throw new CredentialsException("no credentials by " + method + ": " + e.getMessage(), e, passing);
        } catch (SdkException e) {
            throw new CredentialsException("no credentials by " + method + ": " + e.getMessage(), e, isPassing(e));
        } catch (RuntimeException e) {
            throw new CredentialsException("no credentials by " + method + ": " + e.getMessage(), e, false);
        }
    }

    private static boolean isPassing(SdkException failure) {
        return failure instanceof SdkClientException && failure.getCause() instanceof java.io.IOException;
    }

    @Override
    public void close() {
        if (provider instanceof SdkAutoCloseable closeable) {
            closeable.close();
        }
    }
}
