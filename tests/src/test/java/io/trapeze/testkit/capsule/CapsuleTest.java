// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.capsule;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.trapeze.runtime.os.Platform;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A capsule")
class CapsuleTest {
    @Test
    void startsWhileOthersStart() {
        Platform here = Platform.current();
        assumeTrue(here.isLinux() && here.isX64(), "capsules are programs for Linux on x86-64");
        assertThatCode(() -> IntStream.range(0, 60)
                        .parallel()
                        .forEach(i -> Capsule.open().close()))
                .doesNotThrowAnyException();
    }
}
