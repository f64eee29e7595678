/** How the api finds the engine; nothing here concerns users. */
@NullMarked
package io.pgbackup.spi;

import org.jspecify.annotations.NullMarked;
