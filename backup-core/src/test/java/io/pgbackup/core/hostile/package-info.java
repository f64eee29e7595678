/** Input that somebody made to do harm, or that a disk made by chance: parsers answer with a value or with their one exception. */
@org.jspecify.annotations.NullMarked
package io.pgbackup.core.hostile;
