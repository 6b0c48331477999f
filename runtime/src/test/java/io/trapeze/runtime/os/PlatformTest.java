// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.os;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class PlatformTest {

    @Test
    void linuxOnX64IsSupportedUnderEitherNameOfTheProcessor() {
        assertThatCode(() -> new Platform("Linux", "6.1", "amd64").requireSupported())
                .doesNotThrowAnyException();
        assertThatCode(() -> new Platform("Linux", "6.1", "x86_64").requireSupported())
                .doesNotThrowAnyException();
    }

    @Test
    void anotherProcessorIsRefusedByNameAndEmittingIsOffered() {
        assertThatThrownBy(() -> new Platform("Linux", "6.1", "aarch64").requireSupported())
                .isInstanceOf(UnsupportedHostException.class)
                .hasMessageContaining("processor aarch64")
                .hasMessageContaining("x86-64")
                .hasMessageContaining("`trapeze emit` works");
    }

    @Test
    void anotherSystemIsRefusedByNameAndVersion() {
        assertThatThrownBy(() -> new Platform("Windows 11", "10.0", "amd64").requireSupported())
                .isInstanceOf(UnsupportedHostException.class)
                .hasMessageContaining("operating system Windows 11 10.0")
                .hasMessageContaining("`trapeze emit` works");
    }
}
