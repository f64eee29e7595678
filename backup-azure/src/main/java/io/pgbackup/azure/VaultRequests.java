package io.pgbackup.azure;

import com.azure.core.credential.TokenRequestContext;
import com.azure.core.http.HttpClient;
import com.azure.core.http.HttpHeaderName;
import com.azure.core.http.HttpMethod;
import com.azure.core.http.HttpRequest;
import com.azure.core.http.HttpResponse;
import com.azure.core.util.Context;
import com.azure.json.JsonProviders;
import com.azure.json.JsonReader;
import io.pgbackup.keys.KeyServiceException;
import io.pgbackup.keys.KeyServiceException.Reason;
import java.io.IOException;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Requests to the keys of a vault. The first of each pair carries nothing: the vault answers with a challenge that says for which resource, and of which authority, it
 * wants a token. A vault that names a resource of somebody else gets none. Immutable.
 */
final class VaultRequests {
    private static final String VERSION = "7.4";
    private static final int UNAUTHORIZED = 401;
    private static final Pattern PARAMETER =
            Pattern.compile("(authorization|authorization_uri|resource|scope)=\"([^\"]*)\"");

    private final String url;
    private final AzureIdentity identity;
    private final HttpClient transport;
    private final boolean anywhere;

    VaultRequests(String url, AzureIdentity identity, HttpClient transport, boolean anywhere) {
        this.url = url;
        this.identity = identity;
        this.transport = transport;
        this.anywhere = anywhere;
    }

    /** What the vault answered: an object of JSON, or nothing that can be understood. */
    record Answer(int status, Map<?, ?> body, HttpResponse response) {
        boolean isSuccess() {
            return status == 200;
        }

        Optional<String> text(Map<?, ?> object, String name) {
            return object.get(name) instanceof String text && !text.isEmpty() ? Optional.of(text) : Optional.empty();
        }

        Map<?, ?> object(Map<?, ?> object, String name) {
            return object.get(name) instanceof Map<?, ?> inner ? inner : Map.of();
        }
    }

    /** Posts to a path below the vault's keys. */
    Answer post(String path, String body) throws KeyServiceException {
        VaultErrors errors = new VaultErrors(path, url);
        try {
            Answer challenge = send(path, "", Optional.empty());
            if (challenge.status() != UNAUTHORIZED) {
                // Nobody was told yet what is asked: whatever this says, it says nothing about a key.
                throw errors.refusal(challenge);
            }
            return send(path, body, Optional.of(token(challenge, errors)));
        } catch (RuntimeException e) {
            throw errors.noAnswer(e);
        }
    }

    private Answer send(String path, String body, Optional<String> token) {
        HttpRequest request = new HttpRequest(
                        HttpMethod.POST, url.replaceAll("/$", "") + "/keys/" + path + "?api-version=" + VERSION)
                .setBody(body);
        request.setHeader(HttpHeaderName.CONTENT_TYPE, "application/json");
        request.setHeader(HttpHeaderName.ACCEPT, "application/json");
        token.ifPresent(value -> request.setHeader(HttpHeaderName.AUTHORIZATION, "Bearer " + value));
        try (HttpResponse response = transport.sendSync(request, Context.NONE)) {
            String text = response.getBodyAsString().block();
            return new Answer(response.getStatusCode(), parsed(text == null ? "" : text), response);
        }
    }

    private static Map<?, ?> parsed(String text) {
        try (JsonReader reader = JsonProviders.createReader(text)) {
            return reader.readUntyped() instanceof Map<?, ?> map ? map : Map.of();
        } catch (IOException | RuntimeException e) {
            return Map.of();
        }
    }

    private String token(Answer challenge, VaultErrors errors) throws KeyServiceException {
        String told = Optional.ofNullable(challenge.response().getHeaderValue(HttpHeaderName.WWW_AUTHENTICATE))
                .orElse("");
        String authority = "";
        String scope = "";
        Matcher parameter = PARAMETER.matcher(told);
        while (parameter.find()) {
            switch (parameter.group(1)) {
                case "resource" -> scope = parameter.group(2).replaceAll("/$", "") + "/.default";
                case "scope" -> scope = parameter.group(2);
                default -> authority = parameter.group(2);
            }
        }
        if (scope.isEmpty() || authority.isEmpty()) {
            throw errors.failure(
                    Reason.UNAVAILABLE, "the answer is none of a vault's: it asks for no token of a known kind");
        }
        requireOwn(scope, errors);
        String tenant = authority
                .substring(authority.replaceAll("/$", "").lastIndexOf('/') + 1)
                .replaceAll("/$", "");
        return identity.credential(transport)
                .getTokenSync(new TokenRequestContext().addScopes(scope).setTenantId(tenant))
                .getToken();
    }

    /** Otherwise a server in the vault's place could collect tokens for other services. */
    private void requireOwn(String scope, VaultErrors errors) throws KeyServiceException {
        if (anywhere) {
            return;
        }
        String host = "." + URI.create(url).getHost();
        String resource = Optional.ofNullable(URI.create(scope).getHost()).orElse("?");
        if (!host.endsWith("." + resource)) {
            throw errors.failure(
                    Reason.FAULT, "it asks for a token of " + resource + ", to which no vault of this name belongs");
        }
    }
}
