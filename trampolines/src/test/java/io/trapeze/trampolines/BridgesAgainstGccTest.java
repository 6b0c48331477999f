// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Bridges between functions that gcc compiled with ms_abi and sysv_abi")
class BridgesAgainstGccTest {
    @TempDir
    Path folder;

    @Test
    void bringEachArgumentAndResultOverAndLoseNothingThatIsPreserved() {
        areRight(1250);
    }

    @Test
    @Tag("exhaustive")
    void areRightForThousandsOfSignatures() {
        areRight(6000);
    }

    private void areRight(int signatures) {
        assumeTrue(
                System.getProperty("os.name").equals("Linux")
                        && System.getProperty("os.arch").equals("amd64"),
                "this is not x86-64 Linux, where the program could run");
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<GccCall> calls = IntStream.range(0, signatures)
                .mapToObj(i -> GccCall.random(i, random))
                .toList();
        assertThat(new GccDriver(folder).run(calls)).as("seed %d", seed).isEqualTo(signatures + " calls\n");
    }
}
