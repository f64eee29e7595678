package io.pgbackup.catalog;

/** How much a verification proves. Each level proves all that the one before proves. */
public enum VerifyDepth {
    /**
     * Every record and every page of a manifest is there and authentic; every file of every backup resolves through the backup's chain, and its page
     * fingerprints agree with the proof of the file; every bundle is there and not cut off. Reads no bundle: damage <em>inside</em> a bundle is not found.
     */
    CATALOG,
    /**
     * Also a share of the stored frames, chosen at random, is read, authenticated and decompressed, and each page compared with its fingerprint. Finds a store
     * that loses or damages much; a single damaged frame is found with the probability of the share. Another seed chooses other frames, so verifications
     * repeated often enough read everything.
     */
    SAMPLED,
    /**
     * Also every stored frame is read, authenticated and decompressed, each page compared with its fingerprint and each file with its proof, and what bundles
     * say of themselves. A backup without findings can be restored. Not found is what was wrong before it was stored: pages that the server itself had
     * damaged are listed by the backup, and only a started server proves that its data makes sense.
     */
    CONTENT
}
