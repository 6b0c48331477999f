// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.measure;

import java.util.List;

/** The measures there are. */
public final class Measures {
    /** A yield through the run queue: what the time of everything else is compared with. */
    public static final String YIELD = "yield through the run queue";

    private Measures() {}

    /** All that concern switches, cheapest first. */
    public static List<Measure> ofSwitches() {
        return List.of(new FunctionPointers());
    }
}
