/**
 * One backup as it is stored: its begin, commit and abort, its manifest, its bundles, what it leans on, what was verified of it; and the catalog
 * of all of them. Which of them may write or go is decided elsewhere.
 */
@NullMarked
package io.pgbackup.core.repository.set;

import org.jspecify.annotations.NullMarked;
