// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines;

import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.AbiField;

/**
 * Resumes a suspended goroutine.
 *
 * <pre>
 * gogo(gobuf)         in: the Gobuf's address in the first integer argument; its sp and pc must be set
 *                     out: every preserved register, RSP and the program counter as the Gobuf says; a register pinned to
 *                     the goroutine holds it; never returns
 *                     never touches: either stack
 * </pre>
 */
public final class Gogo {
    private Gogo() {}

    /** Emits the primitive as symbol {@code gogo}. */
    public static CodeBlob emit(Abi abi) {
        return emit(abi, Omission.NONE);
    }

    /** Emits the primitive with some of what it should keep forgotten. */
    static CodeBlob emit(Abi abi, Omission omission) {
        Assembler a = new Assembler();
        a.symbol("gogo");
        a.unwind(Callers.ofCall(abi, new OutgoingCall(abi, 0)));
        Arguments arguments = new Arguments(abi, 1, 1);
        IndexReg buf = arguments.load(a, 0, "the Gobuf");
        resume(a, SwitchState.of(abi).omitting(omission), buf, arguments.scratch(0));
        return a.finish("gogo");
    }

    // spotless:off
    /**
     * Emits the switch alone, for code that has the Gobuf at hand.
     *
     * @param buf holds the Gobuf's address
     * @param target is destroyed; not a preserved register
     */
    public static void resume(Assembler a, SwitchState state, IndexReg buf, IndexReg target) {
        state.restoreThreadBlock(a, buf, target);
        boolean comesBack = state.restores(buf);
        IndexReg from = comesBack ? target : buf;
        if (comesBack) {
            a.mov(target, buf)                .because("where it is not in the way of what comes back").serves(AbiField.PRESERVED_OVERLAP.is(true));
        }
        state.restoreRegisters(a, from);
        state.restorePinned(a, from);
        OutgoingCall.zero(a, state.abi());
        if (comesBack) {
            a.mov(rsp, state.gobuf().sp(from)) .because("the switch");
            a.jmp(state.gobuf().pc(from))      .because("goes on after the call that suspended");
            return;
        }
        a.mov(target, state.gobuf().pc(from)) .because("target, before the stack goes");
        a.mov(rsp, state.gobuf().sp(from))    .because("the switch");
        a.jmp(target)                         .because("goes on after the call that suspended");
    }
    // spotless:on
}
