package io.pgbackup.core.postgres.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RelationFileTest {
    @ParameterizedTest
    @CsvSource({
        "global/1262,1664,0,1262,MAIN,0",
        "base/16384/16385_fsm,1663,16384,16385,FREE_SPACE,0",
        "base/4294967295/4294967295_vm.12,1663,4294967295,4294967295,VISIBILITY,12",
        "base/5/2619_init,1663,5,2619,INIT,0",
        "pg_tblspc/16400/PG_17_202406281/5/16401.1,16400,5,16401,MAIN,1"
    })
    void relationFilesAreRecognised(String path, long tablespace, long database, long node, Fork fork, int segment) {
        RelationFile file = RelationFile.of(ClusterPath.of(path)).orElseThrow();
        assertThat(file).isEqualTo(new RelationFile(tablespace, database, new RelationFileName(node, fork, segment)));
        assertThat(path).endsWith("/" + file.name());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "global/pg_control",
                "global/pg_filenode.map",
                "global/0",
                "global/01",
                "base/5/PG_VERSION",
                "base/5/2619.0",
                "base/5/2619.01",
                "base/5/2619_foo",
                "base/5/2619_fsm_vm",
                "base/5/2619.",
                "base/5/2619.1.2",
                "base/5/2619_vm.x",
                "base/5/_vm",
                "base/5/t3_16384",
                "base/5/4294967296",
                "base/5/99999999999",
                "base/x/1",
                "base/1",
                "pg_xact/0000",
                "pg_multixact/members/0000",
                "pg_tblspc/16400/16401",
                "pg_tblspc/16400/PG_17_202406281/16401",
                "foo/16384/1"
            })
    void everythingElseIsNoRelationFile(String path) {
        assertThat(RelationFile.of(ClusterPath.of(path))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "t3_16384,true",
        "t3_16384_fsm.1,true",
        "t_1,false",
        "t3_,false",
        "3_16384,false",
        "t3_16384x,false",
        "t,false",
        "t3,false",
        "t3_16384.,false",
        "t3_16384_init,true",
        "t3_16384.0,true"
    })
    void temporaryRelations(String name, boolean temporary) {
        assertThat(RelationFileName.isTemporary(name)).isEqualTo(temporary);
    }

    @Test
    void pagesAreCountedOverSegments() {
        RelationFileName third = new RelationFileName(1, Fork.MAIN, 2);
        assertThat(third.absoluteBlock(7, 131072)).isEqualTo(262151);
        assertThat(new RelationFileName(1, Fork.MAIN, 32767).absoluteBlock(131071, 131072))
                .isEqualTo(0xFFFF_FFFF);
        assertThatThrownBy(() -> new RelationFileName(1, Fork.MAIN, 32768).absoluteBlock(0, 131072))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
