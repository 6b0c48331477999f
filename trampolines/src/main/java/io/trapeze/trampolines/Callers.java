// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines;

import static io.trapeze.emitter.operand.Registers.rbp;

import io.trapeze.emitter.Caller;
import io.trapeze.emitter.operand.Reg64;
import io.trapeze.emitter.operand.Register;
import io.trapeze.emitter.operand.Registers;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.PreservedVector;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Who calls a primitive, as far as the unwind rules of its code depend on it. */
final class Callers {
    private Callers() {}

    /** Whoever called by the ABI a primitive that calls nothing, or by {@code call} what never returns. */
    static Caller ofCall(Abi abi, OutgoingCall call) {
        return entered(preserved(abi), call);
    }

    /** Whoever called by the ABI a primitive that makes one call and returns its result; a register pinned to g comes back, too. */
    static Caller ofReturning(Abi abi, OutgoingCall call) {
        List<Register> registers = preserved(abi);
        registers.remove(abi.result());
        abi.pinned().g().ifPresent(registers::add);
        return entered(registers, call);
    }

    private static Caller entered(List<Register> registers, OutgoingCall call) {
        return new Caller.Entered(registers, new Caller.Convention(registers, call.bytes()), 0, false, false);
    }

    /** Whoever was interrupted: all general registers matter, and the low 128 bits of the vectors. */
    static Caller interrupted(Abi abi, OutgoingCall call) {
        List<Register> registers = new ArrayList<>(PreemptFrame.GENERAL);
        for (int i = 0; i < 16; i++) {
            registers.add(Registers.xmm(i));
        }
        List<Register> kept = preserved(abi);
        kept.addAll(abi.pinned().all());
        return new Caller.Entered(
                registers,
                new Caller.Convention(kept, call.bytes()),
                abi.stack().interruptSkip(),
                true,
                abi.stack().machineFrames());
    }

    /** Whoever is suspended in the Gobuf that {@code base} points to. */
    static Caller suspended(Abi abi, Reg64 base) {
        Gobuf gobuf = Gobuf.of(abi);
        Map<Register, Integer> registers = new HashMap<>();
        abi.preservedGeneral().forEach(r -> registers.put(r, gobuf.offset(r)));
        whole(abi).forEach(v -> registers.put(Registers.xmm(v.number()), gobuf.offset(v)));
        registers.put(rbp, Gobuf.BP);
        return new Caller.Suspended(base, Gobuf.SP, Gobuf.PC, registers, gobuf.machineFrame());
    }

    private static List<Register> preserved(Abi abi) {
        List<Register> preserved = new ArrayList<>();
        if (abi.preservesRbp()) {
            preserved.add(rbp);
        }
        preserved.addAll(abi.preservedGeneral());
        whole(abi).forEach(v -> preserved.add(Registers.xmm(v.number())));
        return preserved;
    }

    /** The vectors of which the low 128 bits are preserved: walks restore no less, and no more. */
    private static Stream<PreservedVector> whole(Abi abi) {
        return abi.preservedVectors().stream().filter(v -> v.bits() >= 128);
    }
}
