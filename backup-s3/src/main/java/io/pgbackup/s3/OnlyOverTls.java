package io.pgbackup.s3;

import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;

/**
 * Lets nothing leave without TLS unless that was asked for, whatever named the endpoint, be it the environment.
 *
 * @param plainHttp whether it was asked for
 */
record OnlyOverTls(boolean plainHttp) implements ExecutionInterceptor {
    @Override
    public void beforeTransmission(Context.BeforeTransmission context, ExecutionAttributes attributes) {
        if (!plainHttp && !context.httpRequest().protocol().equals("https")) {
            throw new IllegalStateException("the endpoint "
                    + context.httpRequest().host() + " is without TLS; if that is meant, use allowPlainHttp()");
        }
    }
}
