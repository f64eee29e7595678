package io.pgbackup.gcs;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Collection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** Trusts the certificate authorities of a file, read at each new connection, and perhaps Java's own. Only for clients. */
final class CertificateTrust extends X509ExtendedTrustManager {
    private final Path file;
    private final boolean javasToo;

    private CertificateTrust(Path file, boolean javasToo) {
        this.file = file;
        this.javasToo = javasToo;
    }

    /** Makes sockets that trust only the file. */
    static SSLSocketFactory only(Path file) {
        return sockets(new CertificateTrust(file, false));
    }

    /** Makes sockets that trust the file or Java's own authorities. */
    static SSLSocketFactory besidesJavas(Path file) {
        return sockets(new CertificateTrust(file, true));
    }

    private static SSLSocketFactory sockets(CertificateTrust trust) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {trust}, null);
            return context.getSocketFactory();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has TLS", e);
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        check(trust -> trust.checkServerTrusted(chain, type, socket));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
        check(trust -> trust.checkServerTrusted(chain, type, engine));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
        check(trust -> trust.checkServerTrusted(chain, type));
    }

    private interface Check {
        void with(X509ExtendedTrustManager trust) throws CertificateException;
    }

    private void check(Check check) throws CertificateException {
        try {
            check.with(trust(authorities()));
        } catch (CertificateException e) {
            if (!javasToo) {
                throw new CertificateException(e.getMessage() + " (trusted are the authorities in " + file + ")", e);
            }
            check.with(trust(null));
        }
    }

    private KeyStore authorities() throws CertificateException {
        try (InputStream bytes = Files.newInputStream(file)) {
            Collection<? extends Certificate> certificates =
                    CertificateFactory.getInstance("X.509").generateCertificates(bytes);
            if (certificates.isEmpty()) {
                throw new CertificateException("there is no certificate in " + file);
            }
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            for (Certificate certificate : certificates) {
                store.setCertificateEntry("authority-" + store.size(), certificate);
            }
            return store;
        } catch (CertificateException e) {
            throw e;
        } catch (IOException | GeneralSecurityException e) {
            throw new CertificateException("cannot read certificate authorities: " + e, e);
        }
    }

    /** Null stands for Java's own authorities. */
    private static X509ExtendedTrustManager trust(@Nullable KeyStore authorities) throws CertificateException {
        try {
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(authorities);
            for (TrustManager manager : factory.getTrustManagers()) {
                if (manager instanceof X509ExtendedTrustManager extended) {
                    return extended;
                }
            }
            throw new CertificateException("this Java checks no certificates");
        } catch (GeneralSecurityException e) {
            throw e instanceof CertificateException certificate ? certificate : new CertificateException(e);
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        checkClientTrusted(chain, type);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
        checkClientTrusted(chain, type);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
        throw new CertificateException("there are no clients here");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
