package io.pgbackup.core.config;

/**
 * A key of a configuration; the table of the README is made of these.
 *
 * @param key as it is written
 * @param values what it may say
 * @param otherwise what holds if it is not given
 * @param meaning what it is for
 */
record Setting(String key, String values, String otherwise, String meaning) {
    /** Stands for the rest of a key that the user chooses. */
    static final String ANY = "*";

    String row() {
        return "| `" + key + "` | " + values + " | " + otherwise + " | " + meaning + " |";
    }

    /** Whether a key is this one, or one of those below it. */
    boolean covers(String given) {
        String prefix = key.substring(0, key.length() - 1);
        return key.equals(given) || (key.endsWith(ANY) && given.startsWith(prefix) && given.length() > prefix.length());
    }
}
