/** The emulator of Azure Blob Storage, for the tests of this module and for examples. Not for production. */
@NullMarked
package io.pgbackup.azure.testkit;

import org.jspecify.annotations.NullMarked;
