// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.oracle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Programs that others compiled, read by us and by objdump; {@link Spelling} has what may be written otherwise. */
class RealCodeTest {
    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"/bin/ls", "/lib/x86_64-linux-gnu/libc.so.6"})
    void weReadWhatObjdumpReads(String file) {
        Tool.OBJDUMP.assumePresent();
        assumeTrue(Files.isReadable(Path.of(file)), file + " is not on this machine");
        RealCode code = RealCode.of(Path.of(file));
        assertThat(code.differences()).isEmpty();
        assertThat(code.decoded())
                .as("of %d instructions; missing are %s", code.instructions(), code.missing())
                .isGreaterThan((int) (code.instructions() * 0.999));
        assertThat(code.refused().keySet())
                .as("of %d texts that objdump prints", code.texts())
                .isSubsetOf("data16", "lea"); // idle prefixes, and addresses of 32-bit registers
    }
}
