package io.pgbackup.core.engine;

import io.pgbackup.catalog.CheckReport.Item;
import io.pgbackup.storage.FailedStep;
import io.pgbackup.storage.StorageException;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where on the way to a store a request failed, and what to do about it.
 *
 * @param step that failed
 * @param name of it, for a report
 * @param remedy what to do
 */
record Reachability(FailedStep step, String name, String remedy) {
    private static final int DEPTH = 30;

    /** What a failure tells; empty if the store answered something that is no refusal, or broke off. */
    static Optional<Reachability> of(Throwable failure) {
        return Stream.iterate(failure, link -> link != null, Throwable::getCause)
                .limit(DEPTH)
                .filter(StorageException.class::isInstance)
                .map(StorageException.class::cast)
                .findFirst()
                .flatMap(StorageException::failedStep)
                .map(Reachability::of);
    }

    private static Reachability of(FailedStep step) {
        return switch (step) {
            case NAME ->
                new Reachability(
                        step,
                        "name of the host",
                        "the name has no address: check its spelling in location and endpoint, and the name server of this machine");
            case CONNECTION ->
                new Reachability(
                        step,
                        "connection",
                        "the name has an address, and nobody accepts connections there: check port, firewall and proxy, and whether the store runs");
            case CERTIFICATE_TIME ->
                new Reachability(
                        step,
                        "TLS, time of the certificate",
                        "the certificate is out of its time: renew it, or set the clock of this machine");
            case CERTIFICATE_HOST ->
                new Reachability(
                        step,
                        "TLS, host of the certificate",
                        "the certificate is of another host: use a name that it is made for, and look who answers at this address");
            case CERTIFICATE_AUTHORITY ->
                new Reachability(
                        step,
                        "TLS, authority of the certificate",
                        "the authority is not trusted: if it is your own, name its certificate in the settings of the provider");
            case HOST_KEY ->
                new Reachability(
                        step,
                        "host key",
                        "compare the key with that of the server; then add it to the known hosts, or pin its fingerprint");
            case ENCRYPTION ->
                new Reachability(
                        step,
                        "encryption",
                        "no encrypted connection came about: check that the port speaks TLS, version 1.2 or newer, or SSH for an sftp: location");
            case CREDENTIALS ->
                new Reachability(
                        step,
                        "authentication",
                        "the credentials are missing, wrong or expired: check their source, the clock of this machine, and renew them");
            case PERMISSION ->
                new Reachability(
                        step,
                        "authorisation",
                        "the credentials are good and do not allow it: the item about permissions says which are missing");
        };
    }

    Item item(String subject, String message) {
        return new Item(subject + ": " + name, false, message, remedy);
    }
}
