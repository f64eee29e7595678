package io.pgbackup.s3.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import software.amazon.awssdk.protocols.jsoncore.JsonNode;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.LifecycleRule;

/** A lifecycle configuration in JSON, as Amazon's command line tool takes it and hands it to the store. */
public final class LifecycleDocument {
    private LifecycleDocument() {}

    /**
     * Does what {@code aws s3api put-bucket-lifecycle-configuration --lifecycle-configuration} does.
     *
     * @param client of the store
     * @param bucket whose rules are replaced
     * @param document what is printed for the tool
     * @return the rules that were sent
     */
    public static List<LifecycleRule> put(S3Client client, String bucket, String document) {
        List<LifecycleRule> rules = new ArrayList<>();
        for (JsonNode rule : field(JsonNode.parser().parse(document), "Rules").asArray()) {
            rules.add(rule(rule));
        }
        client.putBucketLifecycleConfiguration(
                request -> request.bucket(bucket).lifecycleConfiguration(configuration -> configuration.rules(rules)));
        return rules;
    }

    private static LifecycleRule rule(JsonNode node) {
        LifecycleRule.Builder rule = LifecycleRule.builder()
                .id(field(node, "ID").asString())
                .status(field(node, "Status").asString())
                .filter(filter ->
                        filter.prefix(field(field(node, "Filter"), "Prefix").asString()));
        node.field("Expiration")
                .ifPresent(expiration -> rule.expiration(action -> {
                    number(expiration, "Days").ifPresent(action::days);
                    expiration
                            .field("ExpiredObjectDeleteMarker")
                            .map(JsonNode::asBoolean)
                            .ifPresent(action::expiredObjectDeleteMarker);
                }));
        node.field("NoncurrentVersionExpiration")
                .flatMap(expiration -> number(expiration, "NoncurrentDays"))
                .ifPresent(days -> rule.noncurrentVersionExpiration(action -> action.noncurrentDays(days)));
        return rule.build();
    }

    private static JsonNode field(JsonNode node, String name) {
        return node.field(name).orElseThrow(() -> new IllegalArgumentException("there is no " + name));
    }

    private static Optional<Integer> number(JsonNode node, String name) {
        return node.field(name).map(JsonNode::asNumber).map(Integer::valueOf);
    }
}
