package io.pgbackup.s3;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Collection;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** Trusts the certificates of a file and no others. The file is read at each handshake, so that an authority can be replaced while a backup runs. */
final class PemTrust implements X509TrustManager {
    private final Path file;

    PemTrust(Path file) {
        this.file = file;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authenticationType) throws CertificateException {
        trusted().checkServerTrusted(chain, authenticationType);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authenticationType) throws CertificateException {
        throw new CertificateException("a client trusts no clients");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }

    private X509TrustManager trusted() throws CertificateException {
        try (InputStream pem = new BufferedInputStream(Files.newInputStream(file))) {
            Collection<? extends Certificate> authorities =
                    CertificateFactory.getInstance("X.509").generateCertificates(pem);
            if (authorities.isEmpty()) {
                throw new CertificateException("the file " + file + " holds no certificate");
            }
            return trusting(authorities);
        } catch (IOException e) {
            throw new CertificateException("cannot read the certificates of " + file + ": " + e, e);
        } catch (GeneralSecurityException e) {
            throw new CertificateException("cannot use the certificates of " + file + ": " + e.getMessage(), e);
        }
    }

    private X509TrustManager trusting(Collection<? extends Certificate> authorities)
            throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        char @Nullable [] none = null;
        store.load(null, none);
        int number = 0;
        for (Certificate authority : authorities) {
            store.setCertificateEntry("authority-" + number++, authority);
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        for (TrustManager manager : factory.getTrustManagers()) {
            if (manager instanceof X509TrustManager found) {
                return found;
            }
        }
        throw new CertificateException("this JVM has no trust manager for certificates");
    }
}
