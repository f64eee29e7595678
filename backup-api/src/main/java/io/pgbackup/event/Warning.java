package io.pgbackup.event;

/**
 * Something a person should know although the operation goes on.
 *
 * @param subject what it is about: a path, an object, a setting
 * @param message what was found and what was done about it; without secrets
 */
public record Warning(String subject, String message) {}
