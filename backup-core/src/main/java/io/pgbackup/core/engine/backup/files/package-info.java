/**
 * How files are copied into every lane: runs of pages are read once, compared with each lane's base, stored in each lane's bundles and put together
 * to entries of its manifest. The order of the stages that a page passes is written in {@code RunCopier} and nowhere else. A lane that fails stops
 * only itself.
 */
@NullMarked
package io.pgbackup.core.engine.backup.files;

import org.jspecify.annotations.NullMarked;
