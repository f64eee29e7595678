package io.pgbackup.core.config.pgbackrest;

import java.util.LinkedHashMap;
import java.util.Map;

/** How pgBackRest compresses, said once for all repositories, as settings of each. For one call. */
final class CompressionTranslation {
    private static final String TYPE = "compress-type";
    private static final String LEVEL = "compress-level";

    private final Translation options;

    CompressionTranslation(Translation options) {
        this.options = options;
    }

    Map<String, String> settings() {
        Map<String, String> settings = new LinkedHashMap<>();
        boolean old = options.has("compress");
        if (old && !options.has(TYPE)) {
            boolean off = options.used("compress", "compression, by its old name")
                    .orElse("y")
                    .equals("n");
            settings.put("compression", off ? "none" : "zstd");
        } else if (options.has(TYPE) || options.has(LEVEL)) {
            settings.put("compression", codec(options.look(TYPE).orElse("gz")));
        }
        level(settings);
        return settings;
    }

    private String codec(String type) {
        return switch (type) {
            case "lz4", "none" ->
                options.used(TYPE, "compression of every repository").orElse(type);
            case "zst" ->
                options.used(TYPE, "compression=zstd in every repository")
                        .map(name -> "zstd")
                        .orElse("zstd");
            case "gz", "bz2" -> {
                options.different(TYPE, "there is no " + type + " here: zstd is faster and smaller, and is used");
                yield "zstd";
            }
            default -> throw options.wrong(TYPE, "is '" + type + "', it is none, gz, bz2, lz4 or zst");
        };
    }

    private void level(Map<String, String> settings) {
        options.look(LEVEL).ifPresent(level -> {
            boolean same = options.look(TYPE).filter("zst"::equals).isPresent();
            if (same && level.matches("[1-9]|1[0-9]")) {
                options.used(LEVEL, "compression-level of every repository");
                settings.put("compression-level", level);
            } else {
                options.different(
                        LEVEL,
                        settings.getOrDefault("compression", "").equals("zstd")
                                ? "the levels of another codec, and those of zst below 1 and above 19, mean nothing to zstd"
                                        + " here: its usual level is used"
                                : "there are no levels");
            }
        });
    }
}
