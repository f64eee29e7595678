package io.pgbackup.storage;

import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;

/** How far a request to a store came before it failed: the steps in their order. Told by the exceptions of Java's own network, which every client library passes on. */
public enum FailedStep {
    /** The name of the host has no address. */
    NAME,
    /** Nobody accepted the connection. */
    CONNECTION,
    /** The certificate of the server is out of its time. */
    CERTIFICATE_TIME,
    /** The certificate of the server is of another host. */
    CERTIFICATE_HOST,
    /** The certificate of the server is of an authority that is not trusted. */
    CERTIFICATE_AUTHORITY,
    /** The key of the server is not the one that it is known by. */
    HOST_KEY,
    /** Client and server agreed on no encrypted connection. */
    ENCRYPTION,
    /** The credentials are missing, wrong or expired. */
    CREDENTIALS,
    /** The credentials are good, and do not allow what was asked. */
    PERMISSION;

    private static final int DEPTH = 30;

    /** A failure that knows its step although it does not carry the exception that told it. */
    public interface Known {
        /**
         * How far the request came.
         *
         * @return empty if that is not known
         */
        Optional<FailedStep> failedStep();
    }

    /**
     * Looks through a failure and its causes.
     *
     * @param failure of a request
     * @return empty if the store answered, or broke off for another reason
     */
    public static Optional<FailedStep> of(Throwable failure) {
        List<Throwable> chain = Stream.iterate(failure, link -> link != null, Throwable::getCause)
                .limit(DEPTH)
                .toList();
        Optional<FailedStep> known = chain.stream()
                .filter(Known.class::isInstance)
                .flatMap(link -> ((Known) link).failedStep().stream())
                .findFirst();
        // The innermost says most: a handshake fails because of a certificate, a connection because of a name.
        return known.or(
                () -> chain.stream().flatMap(link -> ofOne(link).stream()).reduce(FailedStep::moreExact));
    }

    private static FailedStep moreExact(FailedStep outer, FailedStep inner) {
        boolean lessExact = inner == ENCRYPTION || (inner == CONNECTION && outer != ENCRYPTION);
        return lessExact ? outer : inner;
    }

    private static Optional<FailedStep> ofOne(Throwable link) {
        if (link instanceof UnknownHostException || link instanceof UnresolvedAddressException) {
            return Optional.of(NAME);
        }
        if (link instanceof ConnectException
                || link instanceof NoRouteToHostException
                || link instanceof HttpConnectTimeoutException) {
            return Optional.of(CONNECTION);
        }
        if (link instanceof CertificateExpiredException || link instanceof CertificateNotYetValidException) {
            return Optional.of(CERTIFICATE_TIME);
        }
        if (link instanceof CertPathBuilderException) {
            return Optional.of(CERTIFICATE_AUTHORITY);
        }
        if (link instanceof SSLPeerUnverifiedException || isOfAnotherHost(link)) {
            return Optional.of(CERTIFICATE_HOST);
        }
        return link instanceof SSLException ? Optional.of(ENCRYPTION) : Optional.empty();
    }

    /** Java has no exception of its own for it. */
    private static boolean isOfAnotherHost(Throwable link) {
        String message = String.valueOf(link.getMessage());
        return link instanceof CertificateException
                && (message.startsWith("No subject alternative") || message.startsWith("No name matching"));
    }
}
