// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
        assertThatThrownBy(() -> new Platform("FreeBSD", "14.1", "amd64").requireSupported())
                .isInstanceOf(UnsupportedHostException.class)
                .hasMessageContaining("operating system FreeBSD 14.1")
                .hasMessageContaining("`trapeze emit` works")
                .hasMessageNotContaining("tries");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Windows 11", "Mac OS X"})
    void aSystemThatTheCallsWereNeverTriedOnIsRefusedUnlessItIsAskedFor(String system) {
        Platform platform = new Platform(system, "10.0", "amd64");
        assertThat(platform.isUntested()).isTrue();
        assertThatThrownBy(platform::requireSupported)
                .isInstanceOf(UnsupportedHostException.class)
                .hasMessageContaining("operating system " + system + " 10.0")
                .hasMessageContaining("`trapeze emit` works")
                .hasMessageContaining("has never run on it; with -Dtrapeze.untested-host=true it tries");
        System.setProperty(Platform.UNTESTED, "true");
        try {
            assertThatCode(platform::requireSupported).doesNotThrowAnyException();
            assertThatThrownBy(() -> new Platform(system, "10.0", "aarch64").requireSupported())
                    .isInstanceOf(UnsupportedHostException.class)
                    .hasMessageContaining("processor aarch64");
        } finally {
            System.clearProperty(Platform.UNTESTED);
        }
    }

    @Test
    void aSystemIsKnownByTheNameThatJavaGivesIt() {
        assertThat(new Platform("Linux", "6.1", "amd64").family()).contains(Platform.Family.LINUX);
        assertThat(new Platform("Windows Server 2022", "10.0", "amd64").family())
                .contains(Platform.Family.WINDOWS);
        assertThat(new Platform("Mac OS X", "14.4", "x86_64").family()).contains(Platform.Family.MACOS);
        assertThat(new Platform("SunOS", "5.11", "amd64").family()).isEmpty();
    }
}
