package io.pgbackup.event;

import java.time.Instant;

/**
 * An operation begins.
 *
 * @param operationId the same in all events, the result, the job record, log lines and exceptions
 * @param kind the verb
 * @param cluster name of the cluster
 * @param time when
 */
public record OperationStarted(String operationId, OperationKind kind, String cluster, Instant time) {}
