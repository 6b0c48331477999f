// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What GNU as and llvm-mc both refuse, we refuse too, and say what is wrong. */
class IllegalInputsTest {
    private static final int SLICE = 4_000;
    private static final int ALL = 150_000;

    @BeforeEach
    void needsTheTools() {
        Tool.AS.assumePresent();
        Tool.LLVM_MC.assumePresent();
    }

    @Test
    void aSliceOfIllegalInputsIsRefused(@TempDir Path directory) {
        refuses(directory, Long.getLong("illegal.seed", System.nanoTime()), SLICE);
    }

    @Test
    @Tag("exhaustive")
    void everyIllegalInputIsRefused(@TempDir Path directory) {
        IllegalInputs inputs = refuses(directory, 1, ALL);
        System.out.println(inputs.refused() + " illegal lines, " + inputs.byName() + " of them by name as well: "
                + inputs.refused);
    }

    private static IllegalInputs refuses(Path directory, long seed, int wanted) {
        IllegalInputs inputs = new IllegalInputs(directory, seed);
        inputs.run(wanted);
        assertThat(inputs.complaints).as("with -Dillegal.seed=%d", seed).isEmpty();
        assertThat(inputs.refused()).isGreaterThanOrEqualTo(wanted);
        assertThat(inputs.refused.keySet()).containsAll(List.of(Blunder.BAD_SCALE, Blunder.STACK_POINTER_AS_INDEX));
        return inputs;
    }
}
