@org.jspecify.annotations.NullMarked
package io.pgbackup.examples.storagecheck;
