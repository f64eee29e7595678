package io.pgbackup.core.postgres.session;

/**
 * Something a role may not do.
 *
 * @param description what it lacks and what for
 * @param remedy the SQL that grants it, to be executed by a superuser in the database the role connects to
 * @param required false if backups work without it and only a check becomes weaker
 */
public record MissingPrivilege(String description, String remedy, boolean required) {}
