@org.jspecify.annotations.NullMarked
package io.pgbackup.core.config;
