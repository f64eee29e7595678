/** Tests of the Azure provider. */
@NullMarked
package io.pgbackup.azure;

import org.jspecify.annotations.NullMarked;
