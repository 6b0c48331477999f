// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines;

import static io.trapeze.emitter.operand.Registers.rbp;

import io.trapeze.emitter.Caller;
import io.trapeze.emitter.operand.Reg64;
import io.trapeze.emitter.operand.Register;
import io.trapeze.emitter.operand.Registers;
import io.trapeze.trampolines.abi.Abi;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Who calls a primitive, as far as the unwind rules of its code depend on it. */
final class Callers {
    private Callers() {}

    /** Whoever called by the ABI. */
    static Caller ofCall(Abi abi) {
        return new Caller.Entered(preserved(abi), convention(abi), 0, false, false);
    }

    /** Whoever was interrupted: all general registers matter, and the low 128 bits of the vectors. */
    static Caller interrupted(Abi abi) {
        List<Register> registers = new ArrayList<>(PreemptFrame.GENERAL);
        for (int i = 0; i < 16; i++) {
            registers.add(Registers.xmm(i));
        }
        return new Caller.Entered(
                registers,
                convention(abi),
                abi.stack().interruptSkip(),
                true,
                abi.stack().machineFrames());
    }

    /** Whoever is suspended in the Gobuf that {@code base} points to. */
    static Caller suspended(Abi abi, Reg64 base) {
        Gobuf gobuf = Gobuf.of(abi);
        Map<Register, Integer> registers = new HashMap<>();
        abi.preservedGeneral().forEach(r -> registers.put(r, gobuf.offset(r)));
        abi.preservedVectors().forEach(r -> registers.put(r, gobuf.offset(r)));
        registers.put(rbp, Gobuf.BP);
        return new Caller.Suspended(base, Gobuf.SP, Gobuf.PC, registers, gobuf.machineFrame());
    }

    private static Caller.Convention convention(Abi abi) {
        return new Caller.Convention(preserved(abi), abi.stack().shadow());
    }

    private static List<Register> preserved(Abi abi) {
        List<Register> preserved = new ArrayList<>();
        if (abi.preservesRbp()) {
            preserved.add(rbp);
        }
        preserved.addAll(abi.preservedGeneral());
        preserved.addAll(abi.preservedVectors());
        return preserved;
    }
}
