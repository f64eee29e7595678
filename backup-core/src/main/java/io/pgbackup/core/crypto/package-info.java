/**
 * The authenticated suite, key derivation and key slots. The only room that may import javax.crypto or
 * BouncyCastle.
 */
@NullMarked
package io.pgbackup.core.crypto;

import org.jspecify.annotations.NullMarked;
