/**
 * Opening a repository: what its first object says, its key rings and slots, and how the master keys are found with the credentials there are.
 * What is kept under these keys is none of its business.
 */
@NullMarked
package io.pgbackup.core.repository.keys;

import org.jspecify.annotations.NullMarked;
