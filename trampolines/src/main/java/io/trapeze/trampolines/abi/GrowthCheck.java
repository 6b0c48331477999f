// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines.abi;

import static io.trapeze.trampolines.abi.AbiField.GROWTH_GUARD;
import static io.trapeze.trampolines.abi.AbiField.GROWTH_PROBE;

/** What code does about a stack that may be too small, before it takes more of it. */
public sealed interface GrowthCheck {
    /** Nothing: guard pages stop what goes too far. */
    None NONE = new None();

    /** Nothing is checked. */
    record None() implements GrowthCheck {}

    /**
     * A function compares RSP with a limit that its goroutine keeps, as Go does. It needs a register pinned to g.
     *
     * @param guard where the limit lies, in bytes from g; a multiple of 8
     */
    record Guard(int guard) implements GrowthCheck {
        /** Checks the offset. */
        public Guard {
            if (guard < 0 || guard % 8 != 0) {
                throw new AbiException(GROWTH_GUARD, guard, "must be a multiple of 8, not negative");
            }
        }
    }

    /**
     * A frame is touched step by step from above, as Windows needs, whose stacks grow when their guard page is touched.
     *
     * @param probe bytes of a step, a page or less; a power of two from 256 to 65,536
     */
    record Probe(int probe) implements GrowthCheck {
        /** Checks the size. */
        public Probe {
            if (Integer.bitCount(probe) != 1 || probe < 256 || probe > 65_536) {
                throw new AbiException(
                        GROWTH_PROBE, probe, "must be a power of two from 256 to 65536; a page has 4096");
            }
        }
    }
}
