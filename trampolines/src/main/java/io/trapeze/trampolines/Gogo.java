// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines;

import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.trampolines.abi.Abi;

/**
 * Resumes a suspended goroutine.
 *
 * <pre>
 * gogo(gobuf)         in: the Gobuf's address in the first integer argument; its sp and pc must be set
 *                     out: every preserved register, RSP and the program counter as the Gobuf says; never returns
 *                     never touches: either stack
 * </pre>
 */
public final class Gogo {
    private Gogo() {}

    /** Emits the primitive as symbol {@code gogo}. */
    public static CodeBlob emit(Abi abi) {
        Assembler a = new Assembler();
        a.symbol("gogo");
        a.unwind(Callers.ofCall(abi));
        Arguments arguments = new Arguments(abi, 1, 1);
        IndexReg buf = arguments.load(a, 0, "the Gobuf");
        resume(a, SwitchState.of(abi), buf, arguments.scratch(0));
        return a.finish("gogo");
    }

    // spotless:off
    /**
     * Emits the switch alone, for code that has the Gobuf at hand.
     *
     * @param buf holds the Gobuf's address; not a preserved register
     * @param target is destroyed; not a preserved register
     */
    public static void resume(Assembler a, SwitchState state, IndexReg buf, IndexReg target) {
        state.restore(a, buf, target);
        a.mov(target, state.gobuf().pc(buf)) .because("target, before the stack goes");
        a.mov(rsp, state.gobuf().sp(buf))    .because("the switch");
        a.jmp(target)                        .because("goes on after the call that suspended");
    }
    // spotless:on
}
