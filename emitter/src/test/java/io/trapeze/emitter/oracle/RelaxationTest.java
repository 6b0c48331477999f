// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every branch reaches its target, and the code is no longer than GNU as makes it; without alignment it is the same. */
class RelaxationTest {
    @BeforeEach
    void needsTheAssembler() {
        Tool.AS.assumePresent();
    }

    @Test
    void randomGraphsAreNoLongerThanGnuAsMakesThem(@TempDir Path directory) {
        run(40_000, Long.getLong("slice", System.nanoTime() & 0xFFFF_FFFFL), directory);
    }

    @Test
    @Tag("exhaustive")
    void aMillionBranchesAreNoLongerThanGnuAsMakesThem(@TempDir Path directory) {
        run(1_000_000, 1, directory);
    }

    private static void run(int branches, long seed, Path directory) {
        Relaxation relaxation = new Relaxation(seed);
        relaxation.run(branches, directory);
        System.out.println("-Dslice=" + seed + ": " + relaxation);
        assertThat(relaxation.differences()).isEmpty();
    }
}
