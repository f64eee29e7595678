package io.pgbackup.s3;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.http.SdkHttpResponse;

/**
 * What a refusal said.
 *
 * @param status of HTTP
 * @param code of S3, empty if the answer had none
 * @param text of S3 for people
 * @param requestId by which the store's operator finds the request, empty if there was none
 * @param retryAfter how long the store asked to wait
 * @param bucketRegion where the store said that the bucket is
 */
record S3Answer(
        int status,
        String code,
        String text,
        String requestId,
        Optional<Duration> retryAfter,
        Optional<String> bucketRegion) {
    private static final int LONGEST_WAIT_SECONDS = 3_600;

    static S3Answer of(AwsServiceException answer, InstantSource clock) {
        Optional<AwsErrorDetails> details = S3Errors.details(answer);
        Optional<SdkHttpResponse> response = details.map(AwsErrorDetails::sdkHttpResponse);
        String id = Optional.ofNullable(answer.requestId()).orElse("");
        String extended = Optional.ofNullable(answer.extendedRequestId())
                .map(more -> " " + more)
                .orElse("");
        return new S3Answer(
                answer.statusCode(),
                details.map(AwsErrorDetails::errorCode).orElse(""),
                details.map(AwsErrorDetails::errorMessage).orElse(""),
                id + extended,
                response.flatMap(head -> head.firstMatchingHeader("Retry-After"))
                        .flatMap(value -> wait(value, clock)),
                response.flatMap(head -> head.firstMatchingHeader("x-amz-bucket-region")));
    }

    boolean is(String expected) {
        return code.equals(expected);
    }

    /** A number of seconds or a date, as HTTP allows; anything else says nothing. */
    static Optional<Duration> wait(String value, InstantSource clock) {
        try {
            Duration asked = value.chars().allMatch(Character::isDigit)
                    ? Duration.ofSeconds(Long.parseLong(value))
                    : Duration.between(clock.instant(), httpDate(value));
            Duration longest = Duration.ofSeconds(LONGEST_WAIT_SECONDS);
            return Optional.of(asked.compareTo(longest) > 0 ? longest : asked)
                    .filter(duration -> !duration.isNegative());
        } catch (DateTimeException | ArithmeticException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static Instant httpDate(String value) {
        return ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
    }

    @Override
    public String toString() {
        String said = code.isEmpty() ? "HTTP status " + status : status + " " + code;
        String why = text.isEmpty() ? "" : ": " + text;
        return said + why + (requestId.isEmpty() ? "" : " (request id " + requestId + ")");
    }
}
