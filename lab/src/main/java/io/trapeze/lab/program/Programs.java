// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.program;

import java.util.List;

/** The programs there are. */
public final class Programs {
    private Programs() {}

    /** All of them, in the order in which they run. */
    public static List<Program> all() {
        return List.of(new Ring(), new Qsort(), new Upcalls(), new Preempt());
    }
}
