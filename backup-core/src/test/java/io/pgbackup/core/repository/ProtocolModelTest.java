package io.pgbackup.core.repository;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.core.repository.ProtocolModel.Broken;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class ProtocolModelTest {
    private static final List<String> CONSTELLATIONS = List.of(
            "W:I1 W:I2 X:F X:F",
            "W:I1 X:F X:I1 X:F",
            "W:N X:A X:A W:I1",
            "W:N W:I1 X:A X:F",
            "W:I1 W:I2 X:I1 X:F",
            "Z:A W:N X:A X:A");

    static Stream<String> constellations() {
        return CONSTELLATIONS.stream();
    }

    @ParameterizedTest
    @MethodSource("constellations")
    void noInterleavingLosesASet(String constellation) {
        ProtocolModel.Result result = new ProtocolModel(constellation, Broken.NONE).explore();
        assertThat(result.lost()).isEmpty();
        assertThat(result.states()).isGreaterThan(1_000);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void everyBrokenRuleLosesOne(Broken broken) {
        assertThat(CONSTELLATIONS)
                .anySatisfy(constellation -> assertThat(new ProtocolModel(constellation, broken)
                                .explore()
                                .lost())
                        .isPresent());
    }
}
