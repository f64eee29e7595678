package io.pgbackup.gcs;

import com.google.gson.JsonObject;
import java.net.URI;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.util.Base64;

/** A key file of a service account, made for a test. */
record ServiceAccountKey(PublicKey publicKey, String privateKey, String json) {
    static ServiceAccountKey make(URI tokenService) throws NoSuchAlgorithmException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        KeyPair pair = generator.generateKeyPair();
        String encoded =
                Base64.getMimeEncoder().encodeToString(pair.getPrivate().getEncoded());
        JsonObject json = new JsonObject();
        json.addProperty("type", "service_account");
        json.addProperty("project_id", "acme");
        json.addProperty("private_key_id", "0123456789");
        json.addProperty("private_key", "-----BEGIN PRIVATE KEY-----\n" + encoded + "\n-----END PRIVATE KEY-----\n");
        json.addProperty("client_email", "backup@acme.iam.gserviceaccount.com");
        json.addProperty("client_id", "1234");
        json.addProperty("token_uri", tokenService + "/token");
        return new ServiceAccountKey(pair.getPublic(), encoded.split("\r?\n")[3], json.toString());
    }
}
