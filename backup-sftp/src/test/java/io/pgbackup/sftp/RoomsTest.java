package io.pgbackup.sftp;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.jcraft.jsch.ChannelExec;
import com.jcraft.jsch.ChannelSftp;
import com.jcraft.jsch.ChannelShell;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** What this module must never use. */
class RoomsTest {
    private final JavaClasses module = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.pgbackup.sftp");

    @Test
    void theLibrarysFileClientIsNeverUsedBecauseItRenamesOverWhatExists() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .areAssignableTo(ChannelSftp.class)
                .check(module);
    }

    @Test
    void noShellAndNoProgramIsAskedFor() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .areAssignableTo(ChannelExec.class)
                .check(module);
        noClasses()
                .should()
                .dependOnClassesThat()
                .areAssignableTo(ChannelShell.class)
                .check(module);
    }

    @Test
    void theProvidersDoNotKnowTheEngine() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.pgbackup.core..")
                .check(module);
    }

    @Test
    void onlyTheDeclaredUnsafeWayRenames() {
        noClasses()
                .that()
                .doNotHaveSimpleName("Publishing")
                .should()
                .callMethod(SftpFiles.class, "rename", String.class, String.class)
                .check(module);
    }
}
