package io.pgbackup.core.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.pgbackup.storage.Storage;
import io.pgbackup.storage.testkit.FaultyStorage;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A new method of the interface must not slip past a decorator. */
class DecoratorsTest {
    @Test
    void theInterfaceHasNoDefaultMethods() {
        assertThat(Storage.class.getMethods())
                .filteredOn(method -> !Modifier.isStatic(method.getModifiers()))
                .noneMatch(Method::isDefault);
    }

    @ParameterizedTest
    @ValueSource(classes = {ForwardingStorage.class, FaultyStorage.class})
    void overridesEveryMethod(Class<?> decorator) {
        for (Method method : Storage.class.getMethods()) {
            assertThatCode(() -> decorator.getDeclaredMethod(method.getName(), method.getParameterTypes()))
                    .as("%s overrides %s", decorator.getSimpleName(), method.getName())
                    .doesNotThrowAnyException();
        }
    }

    @Test
    void theRetryLayerOverridesEveryVerb() {
        for (Method method : Storage.class.getMethods()) {
            if (!method.getName().equals("close")) {
                assertThatCode(() ->
                                RetryingStorage.class.getDeclaredMethod(method.getName(), method.getParameterTypes()))
                        .as("the retry layer overrides %s", method.getName())
                        .doesNotThrowAnyException();
            }
        }
    }
}
