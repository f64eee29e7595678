package io.pgbackup.s3;

/** Where a request names the bucket. */
public enum S3Addressing {
    /** In the host: {@code https://bucket.host/key}. The default for Amazon S3, except for buckets with a dot in their name. */
    VIRTUAL_HOST,
    /** In the path: {@code https://host/bucket/key}. The default for every other endpoint. */
    PATH
}
