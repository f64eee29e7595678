package io.pgbackup.s3;

import software.amazon.awssdk.core.SdkResponse;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;

/** Takes the prefix out of a listing before the SDK decodes it: some servers encode the names but not the prefix, and nobody needs it. */
record WithoutRepeatedPrefix() implements ExecutionInterceptor {
    @Override
    public SdkResponse modifyResponse(Context.ModifyResponse context, ExecutionAttributes attributes) {
        SdkResponse response = context.response();
        if (response instanceof ListObjectsV2Response listing) {
            return listing.toBuilder().prefix("").build();
        }
        return response;
    }
}
