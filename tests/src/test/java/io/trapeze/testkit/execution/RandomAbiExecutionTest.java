// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.execution;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapeze.trampolines.Primitive;
import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs the primitives of conventions at random on this processor, others each time. Their number is printed, and
 * {@code -Dslice=NUMBER} takes the same ones again.
 */
@DisplayName("Executed on this processor,")
@Tag("D6")
@Tag("D7")
class RandomAbiExecutionTest {
    @TempDir
    Path folder;

    @Test
    @Tag("S12")
    @Tag("S21")
    @Tag("S25")
    @Tag("S32")
    @Tag("S33")
    @Tag("S47")
    @Tag("S51")
    @Tag("Sb")
    @Tag("Sg")
    void twoThousandConventionsPreserveWhatTheyDescribe() throws Exception {
        assertAllIsWell(2000);
    }

    @Test
    @Tag("exhaustive")
    void aHundredThousandConventionsPreserveWhatTheyDescribe() throws Exception {
        assertAllIsWell(100_000);
    }

    private void assertAllIsWell(int count) throws Exception {
        ThisHost.assumeThatItRunsCode();
        long slice = Long.getLong("slice", ThreadLocalRandom.current().nextLong(1_000_000_000));
        Cases cases = Cases.of(folder, PrimitiveRun.class, "random", slice, count);
        System.out.printf(
                "slice %d: %,d conventions at random, %,d fine%n",
                slice, count, cases.fine().size());
        assertThat(cases.failures()).as("-Dslice=%d takes these again", slice).isEmpty();
        assertThat(cases.fine()).hasSize(count);
        for (Primitive primitive : Primitive.values()) {
            long refused = cases.notes().stream()
                    .filter(("refused " + primitive.symbol())::equals)
                    .count();
            System.out.printf("%s of %,d of them%n", primitive.symbol(), count - refused);
            assertThat(refused)
                    .as("ABIs that %s is refused for", primitive.symbol())
                    .isLessThan(count / 2);
        }
    }
}
