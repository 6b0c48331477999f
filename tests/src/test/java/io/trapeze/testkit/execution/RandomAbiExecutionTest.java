// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.execution;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapeze.testkit.check.Check;
import io.trapeze.testkit.check.Subject;
import io.trapeze.testkit.check.Verdict;
import io.trapeze.trampolines.Primitive;
import io.trapeze.trampolines.RandomAbi;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.AbiException;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Runs the primitives of conventions at random on this processor, others each time. Their number is printed, and
 * {@code -Dslice=NUMBER} takes the same ones again.
 */
@DisplayName("Executed on this processor,")
@Tag("D6")
@Tag("D7")
class RandomAbiExecutionTest {
    private static final int TRIES = 2;

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
    void twoThousandConventionsPreserveWhatTheyDescribe() {
        assertAllIsWell(2000);
    }

    @Test
    @Tag("exhaustive")
    void aHundredThousandConventionsPreserveWhatTheyDescribe() {
        assertAllIsWell(100_000);
    }

    private void assertAllIsWell(int count) {
        ThisHost.assumeThatItRunsCapsules();
        long slice = Long.getLong("slice", ThreadLocalRandom.current().nextLong(1_000_000_000));
        SaveSet widest = Bench.widestHere();
        List<SaveSet> sets =
                Arrays.stream(SaveSet.values()).filter(s -> s.fits(widest)).toList();
        Map<Primitive, Integer> written = new EnumMap<>(Primitive.class);
        try (Check check = Check.open()) {
            for (int number = 0; number < count; number++) {
                Random random = new Random(Check.seedOf(slice, number));
                Abi abi = RandomAbi.draw(random, widest);
                SaveSet set = sets.get(random.nextInt(sets.size()));
                for (Primitive primitive : Primitive.values()) {
                    if (isWell(check, primitive, abi, set, slice)) {
                        written.merge(primitive, 1, Integer::sum);
                    }
                }
            }
        }
        System.out.printf("slice %d: %,d conventions at random: %s%n", slice, count, written);
        for (Primitive primitive : Primitive.values()) {
            assertThat(written.get(primitive))
                    .as("ABIs that %s can be written for", primitive.symbol())
                    .isGreaterThan(count / 2);
        }
    }

    private static boolean isWell(Check check, Primitive primitive, Abi abi, SaveSet set, long slice) {
        Subject subject;
        try {
            subject = Subject.of(primitive, abi, set);
        } catch (AbiException refused) {
            return false;
        }
        assertThat(check.of(subject, TRIES, slice))
                .as("-Dslice=%d takes these again: %s, save set %s", slice, abi, set.label())
                .isEqualTo(new Verdict.Passed(TRIES));
        return true;
    }
}
