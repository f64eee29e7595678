/** The storage contract against a store of one's own. */
@NullMarked
package io.pgbackup.examples.storagecheck;

import org.jspecify.annotations.NullMarked;
