package io.pgbackup.config;

/**
 * What became of one option of a file that was written for another tool.
 *
 * @param line where it stands, from 1; 0 for what the file does not say at all
 * @param option its name, with the section it stands in
 * @param outcome what became of it
 * @param message what it means here, and what to do; never a value that is a secret
 */
public record OptionFinding(int line, String option, Outcome outcome, String message) {
    /** What can become of an option. */
    public enum Outcome {
        /** It means the same here. */
        USED,
        /** It is used, or something like it exists, but it means something else here: read the message. */
        DIFFERENT,
        /** There is nothing to choose here, or it does not concern this library. */
        IGNORED,
        /** What it asks for does not exist here, or the option is not known. */
        UNSUPPORTED
    }
}
