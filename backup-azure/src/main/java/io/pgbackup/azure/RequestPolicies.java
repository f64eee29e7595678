package io.pgbackup.azure;

import com.azure.core.credential.AzureSasCredential;
import com.azure.core.http.HttpHeaderName;
import com.azure.core.http.HttpPipelineCallContext;
import com.azure.core.http.HttpPipelineNextPolicy;
import com.azure.core.http.HttpPipelineNextSyncPolicy;
import com.azure.core.http.HttpResponse;
import com.azure.core.http.policy.AzureSasCredentialPolicy;
import com.azure.core.http.policy.HttpPipelinePolicy;
import com.azure.storage.common.StorageSharedKeyCredential;
import com.azure.storage.common.policy.StorageSharedKeyCredentialPolicy;
import java.io.IOException;
import java.util.function.Supplier;
import reactor.core.publisher.Mono;

/** Steps of the SDK's pipeline: they authenticate a request by what a source gives at that moment, and look at who answered. */
final class RequestPolicies {
    private RequestPolicies() {}

    static HttpPipelinePolicy sharedKey(Supplier<StorageSharedKeyCredential> source) {
        return new AskingPolicy(() -> new StorageSharedKeyCredentialPolicy(source.get()));
    }

    /** The account's key; a key that is none is the credential's fault, not the store's. */
    static StorageSharedKeyCredential credential(String account, String key) {
        try {
            java.util.Base64.getDecoder().decode(key);
        } catch (IllegalArgumentException e) {
            throw new CredentialException("the account key is not Base64");
        }
        return new StorageSharedKeyCredential(account, key);
    }

    static HttpPipelinePolicy sharedAccess(Supplier<String> source) {
        return new AskingPolicy(() -> {
            String given = source.get();
            // As it comes from the portal: bare, with a question mark, or at the end of a whole URL.
            String signature = given.substring(given.indexOf('?') + 1);
            if (!signature.contains("sig=")) {
                throw new CredentialException("the shared access signature holds no sig=");
            }
            return new AzureSasCredentialPolicy(new AzureSasCredential(signature), false);
        });
    }

    static HttpPipelinePolicy bearer(Renewing<String> token) {
        return new AskingPolicy(() -> (context, next) -> {
            if (!"https".equals(context.getHttpRequest().getUrl().getProtocol())) {
                return Mono.error(new CredentialException("a token is never sent over http"));
            }
            context.getHttpRequest().setHeader(HttpHeaderName.AUTHORIZATION, "Bearer " + token.value());
            return next.process();
        });
    }

    /**
     * Takes a success for one only if the store said so: it numbers each of its answers, and a page of something in between that answers everything has no such number.
     */
    static HttpPipelinePolicy onlyTheStoreAnswers() {
        return (context, next) -> next.process().flatMap(answer -> {
            if (answer.getStatusCode() >= 300 || answer.getHeaderValue(AzureErrors.REQUEST_ID) != null) {
                return Mono.just(answer);
            }
            answer.close();
            return Mono.error(new IOException("the answer " + answer.getStatusCode()
                    + " is not one of the store, something in between may have given it: it has no request id"));
        });
    }

    /** Asks for the real step at each request. */
    private record AskingPolicy(Supplier<HttpPipelinePolicy> source) implements HttpPipelinePolicy {
        @Override
        public Mono<HttpResponse> process(HttpPipelineCallContext context, HttpPipelineNextPolicy next) {
            return Mono.defer(() -> source.get().process(context, next));
        }

        @Override
        public HttpResponse processSync(HttpPipelineCallContext context, HttpPipelineNextSyncPolicy next) {
            return source.get().processSync(context, next);
        }
    }
}
