// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.execution;

import io.trapeze.testkit.check.Subject;
import io.trapeze.trampolines.Primitive;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;
import java.util.ArrayList;
import java.util.List;

/** One primitive of a built-in ABI, and what the trampoline saves. */
record BuiltInCase(Abi abi, Primitive primitive, SaveSet saveSet) {
    /** Returns all that a processor has the registers for. */
    static List<BuiltInCase> all(SaveSet widest) {
        List<BuiltInCase> cases = new ArrayList<>();
        for (Abi abi : Abi.builtIn()) {
            for (Primitive primitive : List.of(Primitive.GOGO, Primitive.MCALL, Primitive.SYSTEMSTACK)) {
                if (SaveSet.neededBy(abi).fits(widest)) {
                    cases.add(new BuiltInCase(abi, primitive, SaveSet.SSE));
                }
            }
            for (SaveSet set : SaveSet.values()) {
                if (set.fits(widest)) {
                    cases.add(new BuiltInCase(abi, Primitive.ASYNC_PREEMPT, set));
                }
            }
        }
        return cases;
    }

    Subject subject() {
        return Subject.of(primitive, abi, saveSet);
    }

    @Override
    public String toString() {
        return primitive.symbol() + " of " + abi.name() + ", " + saveSet.label();
    }
}
