package io.pgbackup.core;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The table of rooms: what each may import. A new arrow is a decision, made here. */
@AnalyzeClasses(packages = "io.pgbackup", importOptions = ImportOption.DoNotIncludeTests.class)
class RoomsTest {
    private static final String CORE = "io.pgbackup.core.";

    /** Rooms that are not named import no other. */
    private static final Map<String, List<String>> MAY_IMPORT = Map.of(
            "config", List.of("storage"),
            "pipeline", List.of("compress", "crypto"),
            "manifest", List.of("postgres"),
            "block", List.of("manifest", "postgres"),
            "repository", List.of("manifest", "pipeline", "postgres", "compress", "crypto"),
            "archive", List.of("repository", "block", "manifest", "pipeline", "postgres", "crypto"));

    private static final DescribedPredicate<JavaClass> STORAGE_ERRORS =
            describe("the words for storage failures", type -> type.getName().equals(CORE + "storage.StorageErrors"));

    @ArchTest
    static final ArchRule COMPRESS = room("compress");

    @ArchTest
    static final ArchRule CONFIG = room("config");

    @ArchTest
    static final ArchRule CRYPTO = room("crypto");

    @ArchTest
    static final ArchRule POSTGRES = room("postgres");

    @ArchTest
    static final ArchRule STORAGE = room("storage");

    @ArchTest
    static final ArchRule WORK = room("work");

    @ArchTest
    static final ArchRule PIPELINE = room("pipeline");

    @ArchTest
    static final ArchRule MANIFEST = room("manifest");

    @ArchTest
    static final ArchRule BLOCK = room("block");

    @ArchTest
    static final ArchRule REPOSITORY = room("repository");

    @ArchTest
    static final ArchRule ARCHIVE = room("archive");

    private static ArchRule room(String room) {
        Stream<String> allowed = Stream.concat(Stream.of(room), MAY_IMPORT.getOrDefault(room, List.of()).stream());
        String[] packages = allowed.map(name -> CORE + name + "..").toArray(String[]::new);
        DescribedPredicate<JavaClass> otherRooms = resideInAPackage(CORE + "*..")
                .and(DescribedPredicate.not(resideInAnyPackage(packages)))
                .and(DescribedPredicate.not(
                        List.of("repository", "archive").contains(room)
                                ? STORAGE_ERRORS
                                : DescribedPredicate.alwaysFalse()));
        return noClasses()
                .that()
                .resideInAPackage(CORE + room + "..")
                .should()
                .dependOnClassesThat(otherRooms.as("rooms other than " + Arrays.toString(packages)));
    }

    @ArchTest
    static final ArchRule THE_LOG_KNOWS_NO_SERVER = noClasses()
            .that()
            .resideInAPackage(CORE + "postgres.wal.record..")
            .should()
            .dependOnClassesThat(resideInAPackage("io.pgbackup.core..")
                    .and(DescribedPredicate.not(resideInAPackage(CORE + "postgres.wal..")))
                    .and(describe(
                            "are no fork",
                            type -> !type.getBaseComponentType().getName().equals(CORE + "postgres.files.Fork"))));

    @ArchTest
    static final ArchRule VERBS_DO_NOT_KNOW_EACH_OTHER = slices().matching(
                    CORE + "engine.(backup|copy|restore|verify|salvage|wal)..")
            .should()
            .notDependOnEachOther();

    @ArchTest
    static final ArchRule CONTENT_KNOWS_NO_VERB = noClasses()
            .that()
            .resideInAPackage(CORE + "engine.content..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    CORE + "engine.backup..",
                    CORE + "engine.copy..",
                    CORE + "engine.restore..",
                    CORE + "engine.verify..",
                    CORE + "engine.salvage..");

    /** What a repository is made of knows nothing of what is made of it; the rooms below it are no circle. */
    @ArchTest
    static final ArchRule OBJECTS_KNOW_NO_SETS = noClasses()
            .that()
            .resideInAPackage(CORE + "repository")
            .should()
            .dependOnClassesThat()
            .resideInAPackage(CORE + "repository.*..");

    @ArchTest
    static final ArchRule SETS_KNOW_NO_LEASES_AND_LEASES_NO_RETENTION =
            slices().matching(CORE + "repository.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule NO_CYCLES_WITHIN_BACKUP =
            slices().matching(CORE + "engine.backup.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule NO_CYCLES_WITHIN_RESTORE =
            slices().matching(CORE + "engine.restore.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule PARTS_OF_A_VERB_DO_NOT_KNOW_THE_VERB = classes()
            .that()
            .resideInAnyPackage(CORE + "engine.backup", CORE + "engine.restore")
            .should()
            .onlyHaveDependentClassesThat()
            .resideInAnyPackage(CORE + "engine.backup", CORE + "engine.restore", CORE + "engine");

    @ArchTest
    static final ArchRule STREAM_KNOWS_ONLY_SESSIONS_AND_NAMES_OF_WAL = noClasses()
            .that()
            .resideInAPackage(CORE + "postgres.stream..")
            .should()
            .dependOnClassesThat(resideInAPackage(CORE + "*..")
                    .and(DescribedPredicate.not(resideInAnyPackage(
                            CORE + "postgres.stream..", CORE + "postgres.session..", CORE + "postgres.wal.."))));

    @ArchTest
    static final ArchRule STREAM_IS_ENTERED_FROM_ABOVE = noClasses()
            .that()
            .resideInAPackage(CORE + "postgres..")
            .and()
            .resideOutsideOfPackage(CORE + "postgres.stream..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage(CORE + "postgres.stream..");

    @ArchTest
    static final ArchRule NO_CYCLES_BETWEEN_ROOMS =
            slices().matching(CORE + "(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule CIPHERS_STAY_IN_THEIR_ROOM = noClasses()
            .that()
            .resideOutsideOfPackages(CORE + "crypto..", "..testkit..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("javax.crypto..", "org.bouncycastle..");

    @ArchTest
    static final ArchRule JDBC_STAYS_IN_ITS_ROOM = noClasses()
            .that()
            .resideOutsideOfPackage(CORE + "postgres..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.sql..", "javax.sql..", "org.postgresql..");

    @ArchTest
    static final ArchRule CODECS_STAY_IN_THEIR_ROOM = noClasses()
            .that()
            .resideOutsideOfPackages(CORE + "compress..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("net.jpountz.lz4..", "com.github.luben..");

    @ArchTest
    static final ArchRule API_NEEDS_NOTHING = classes()
            .that()
            .resideInAPackage("io.pgbackup..")
            .and()
            .resideOutsideOfPackages("io.pgbackup.core..", "..testkit..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("io.pgbackup..", "java..", "javax.net.ssl..", "org.jspecify..");

    @ArchTest
    static final ArchRule API_DOES_NOT_KNOW_THE_ENGINE = noClasses()
            .that()
            .resideOutsideOfPackages("io.pgbackup.core..", "..testkit..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.pgbackup.core..");
}
