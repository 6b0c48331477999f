// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines;

import static io.trapeze.emitter.operand.Mem.ptr;
import static io.trapeze.emitter.operand.Mem.qword;
import static io.trapeze.emitter.operand.Registers.rsp;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.Label;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.AbiField;
import io.trapeze.trampolines.abi.GrowthCheck;

/** How code takes stack as its ABI's {@link GrowthCheck} asks. */
public final class StackGrowth {
    private StackGrowth() {}

    // spotless:off
    /**
     * Emits a function's check, at its entry, that its frame fits; nothing unless the ABI compares RSP with a limit.
     *
     * @param bytes of the frame
     * @param scratch is destroyed
     * @param tooSmall where to go if it does not fit
     */
    public static void check(Assembler a, Abi abi, int bytes, IndexReg scratch, Label tooSmall) {
        if (abi.growth() instanceof GrowthCheck.Guard guard) {
            IndexReg g = abi.pinned().g().orElseThrow();
            a.lea(scratch, ptr(rsp, -bytes))          .because("where the frame would end");
            a.cmp(scratch, qword(g, guard.guard()))   .because("the goroutine's limit").serves(AbiField.GROWTH_GUARD.is(guard.guard()));
            a.jb(tooSmall);
        }
    }

    /**
     * Emits the reservation of {@code bytes}, touched step by step where they are as many as the ABI's step. Changes flags.
     *
     * @param reason what the bytes are for
     * @param rule the rule of the description that they serve; empty for none
     */
    static void reserve(Assembler a, Abi abi, int bytes, String reason, String rule) {
        int rest = bytes;
        if (abi.growth() instanceof GrowthCheck.Probe step) {
            for (; rest >= step.probe(); rest -= step.probe()) {
                a.sub(rsp, step.probe()) .because(reason).serves(rule);
                a.mov(qword(rsp), rsp)   .because("touches it, so that the stack grows").serves(AbiField.GROWTH_PROBE.is(step.probe()));
            }
        }
        if (rest > 0) {
            a.sub(rsp, rest) .because(reason).serves(rule);
        }
    }
    // spotless:on
}
