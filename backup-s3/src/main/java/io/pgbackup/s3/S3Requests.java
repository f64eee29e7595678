package io.pgbackup.s3;

import io.pgbackup.Secret;
import io.pgbackup.storage.ByteRange;
import io.pgbackup.storage.ObjectAttributes;
import io.pgbackup.storage.ObjectKey;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectRequest;
import software.amazon.awssdk.services.s3.model.ObjectLockLegalHoldStatus;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.ServerSideEncryption;
import software.amazon.awssdk.services.s3.model.Tag;
import software.amazon.awssdk.services.s3.model.Tagging;

/** Makes the requests about one object. Immutable. */
final class S3Requests {
    private static final String CUSTOMER_ALGORITHM = "AES256";
    private static final int CUSTOMER_KEY_BYTES = 32;

    private final S3Place place;
    private final S3ObjectOptions options;

    S3Requests(S3Place place, S3ObjectOptions options) {
        this.place = place;
        this.options = options;
    }

    /** A customer key as its headers want it. */
    private record CustomerKey(String key, String digest) {}

    PutObjectRequest create(ObjectKey key, ObjectAttributes attributes) {
        PutObjectRequest.Builder request = PutObjectRequest.builder()
                .bucket(place.bucket())
                .key(place.name(key))
                .ifNoneMatch("*");
        Optional.ofNullable(options.storageClasses().get(attributes.kind())).ifPresent(request::storageClass);
        tagging(attributes).ifPresent(request::tagging);
        attributes
                .lock()
                .ifPresent(lock -> request.objectLockMode(lock.mode().name()).objectLockRetainUntilDate(lock.until()));
        if (attributes.legalHold()) {
            request.objectLockLegalHoldStatus(ObjectLockLegalHoldStatus.ON);
        }
        options.encryption().ifPresent(encryption -> encrypt(request, encryption));
        return request.build();
    }

    private Optional<Tagging> tagging(ObjectAttributes attributes) {
        Map<String, String> all = new TreeMap<>(options.tags());
        all.putAll(attributes.tags());
        List<Tag> tags = new ArrayList<>();
        all.forEach(
                (name, value) -> tags.add(Tag.builder().key(name).value(value).build()));
        return tags.isEmpty()
                ? Optional.empty()
                : Optional.of(Tagging.builder().tagSet(tags).build());
    }

    private void encrypt(PutObjectRequest.Builder request, S3Encryption encryption) {
        switch (encryption.kind()) {
            case S3_MANAGED -> request.serverSideEncryption(ServerSideEncryption.AES256);
            case KMS -> {
                request.serverSideEncryption(ServerSideEncryption.AWS_KMS);
                encryption.keyId().ifPresent(request::ssekmsKeyId);
            }
            case CUSTOMER_KEY ->
                customerKey()
                        .ifPresent(customer -> request.sseCustomerAlgorithm(CUSTOMER_ALGORITHM)
                                .sseCustomerKey(customer.key)
                                .sseCustomerKeyMD5(customer.digest));
        }
    }

    /** A range of at least one byte, or all. */
    GetObjectRequest read(ObjectKey key, ByteRange range) {
        GetObjectRequest.Builder request =
                GetObjectRequest.builder().bucket(place.bucket()).key(place.name(key));
        if (!range.isAll()) {
            request.range("bytes=" + range.offset() + "-" + (range.offset() + range.length() - 1));
        }
        customerKey()
                .ifPresent(customer -> request.sseCustomerAlgorithm(CUSTOMER_ALGORITHM)
                        .sseCustomerKey(customer.key)
                        .sseCustomerKeyMD5(customer.digest));
        return request.build();
    }

    HeadObjectRequest stat(ObjectKey key) {
        HeadObjectRequest.Builder request =
                HeadObjectRequest.builder().bucket(place.bucket()).key(place.name(key));
        customerKey()
                .ifPresent(customer -> request.sseCustomerAlgorithm(CUSTOMER_ALGORITHM)
                        .sseCustomerKey(customer.key)
                        .sseCustomerKeyMD5(customer.digest));
        return request.build();
    }

    private Optional<CustomerKey> customerKey() {
        return options.encryption().flatMap(S3Encryption::customerKey).map(source -> {
            try (Secret secret = source.obtain()) {
                return secret.use(S3Requests::headers);
            }
        });
    }

    private static CustomerKey headers(byte[] key) {
        if (key.length != CUSTOMER_KEY_BYTES) {
            throw new IllegalArgumentException("a customer key has 32 bytes, not " + key.length);
        }
        Base64.Encoder base64 = Base64.getEncoder();
        return new CustomerKey(
                base64.encodeToString(key),
                base64.encodeToString(PayloadBody.md5().digest(key)));
    }
}
