package io.pgbackup.core.pipeline;

import io.pgbackup.core.compress.CodecSpec;
import io.pgbackup.core.crypto.Suite;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.PgBackupException;
import io.pgbackup.error.RepositoryException;
import org.jspecify.annotations.Nullable;

/**
 * How the frames of a set were written: a fact for manifests and reports. Reading does not need it, since every object names its suite and
 * every frame its codec. Text form: {@code zstd:3+aes-256-gcm}.
 *
 * @param codec which codec, possibly {@link CodecSpec#NONE}
 * @param suite which suite
 */
public record PipelineSpec(CodecSpec codec, Suite suite) {
    /**
     * Parses the text form.
     *
     * @param text as {@link #toString()} wrote it
     * @return the specification
     * @throws RepositoryException with {@link ErrorCode#FORMAT_UNSUPPORTED} if this version of the library does not know it
     */
    public static PipelineSpec parse(String text) {
        int plus = text.indexOf('+');
        if (plus >= 0) {
            String suiteText = text.substring(plus + 1);
            for (Suite suite : Suite.values()) {
                if (suite.text().equals(suiteText)) {
                    return new PipelineSpec(codec(text.substring(0, plus), text), suite);
                }
            }
        }
        throw unknown(text, null);
    }

    private static CodecSpec codec(String codecText, String text) {
        try {
            return CodecSpec.parse(codecText);
        } catch (PgBackupException e) {
            throw unknown(text, e);
        }
    }

    private static RepositoryException unknown(String text, @Nullable Throwable cause) {
        return new RepositoryException(
                ErrorCode.FORMAT_UNSUPPORTED,
                "this version of the library does not know the pipeline '" + text + "'",
                "Use the version of the library that wrote the set.",
                cause);
    }

    /** The text form, as {@link #parse(String)} reads it. */
    @Override
    public String toString() {
        return codec + "+" + suite.text();
    }
}
