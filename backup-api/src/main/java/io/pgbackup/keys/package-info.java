/** The keys of a repository: which credentials open it, and how to change them without touching the data. */
@NullMarked
package io.pgbackup.keys;

import org.jspecify.annotations.NullMarked;
