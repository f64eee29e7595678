package io.pgbackup.gcs;

import com.google.api.client.json.GenericJson;
import com.google.api.client.json.gson.GsonFactory;
import com.google.auth.oauth2.GoogleCredentials;
import io.pgbackup.Secret;
import io.pgbackup.SecretSource;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Reads the JSON of credentials from memory. What is wrong with it is told without a word of its content, which is secret. */
final class CredentialsJson {
    private CredentialsJson() {}

    /** Makes credentials of the bytes. */
    @FunctionalInterface
    interface Reader {
        GoogleCredentials read(InputStream json) throws IOException;
    }

    /** Reads credentials of one type and no other: a file may make this process ask anybody or run anything. */
    static GoogleCredentials parse(SecretSource source, String type, Reader reader) throws IOException {
        byte[] bytes;
        try (Secret secret = source.obtain()) {
            bytes = secret.use(byte[]::clone);
        } catch (RuntimeException e) {
            throw CredentialsException.lasting("no credentials of " + source + ": " + e.getMessage(), e);
        }
        String found = type(source, bytes);
        if (!found.equals(type)) {
            throw CredentialsException.lasting(
                    "the credentials of " + source + " are of the type '" + found + "', not '" + type + "'", null);
        }
        try {
            return reader.read(new ByteArrayInputStream(bytes));
        } catch (IOException | RuntimeException e) {
            throw unreadable(source, e);
        }
    }

    private static String type(SecretSource source, byte[] bytes) throws CredentialsException {
        try {
            GenericJson json = GsonFactory.getDefaultInstance()
                    .fromInputStream(new ByteArrayInputStream(bytes), StandardCharsets.UTF_8, GenericJson.class);
            return Optional.ofNullable(json)
                    .map(members -> String.valueOf(members.get("type")))
                    .orElse("");
        } catch (IOException | RuntimeException e) {
            throw unreadable(source, e);
        }
    }

    private static CredentialsException unreadable(SecretSource source, Exception failure) {
        return CredentialsException.lasting(
                "the credentials of " + source + " cannot be read as JSON of Google's form ("
                        + failure.getClass().getSimpleName() + ")",
                null);
    }
}
