// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines;

import static io.trapeze.emitter.operand.Mem.qword;
import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.trampolines.abi.Abi;

/** The stack space that a call with at most one argument needs at its call site: shadow space and stack arguments. */
final class OutgoingCall {
    private final Abi abi;
    private final int arguments;

    OutgoingCall(Abi abi, int arguments) {
        this.abi = abi;
        this.arguments = arguments;
    }

    /** Returns the bytes from RSP at the call up to the caller's own data: shadow space, then stack arguments. */
    int bytes() {
        int stacked = Math.max(0, arguments - abi.integerArguments().size());
        return abi.stack().shadow() + 8 * stacked;
    }

    // spotless:off
    /** Emits the first argument's way to where the callee expects it; RSP is as it will be at the call. */
    void argument(Assembler a, IndexReg value) {
        if (abi.integerArguments().isEmpty()) {
            a.mov(qword(rsp, abi.stack().shadow()), value) .because("argument of the callee").serves("arguments.integer");
        } else if (abi.integerArguments().get(0) != value) {
            a.mov(abi.integerArguments().get(0), value) .because("argument of the callee").serves("arguments.integer");
        }
    }

    /**
     * Emits the reservation of {@code bytes}, shadow space included; nothing if it is 0.
     *
     * @param besides what else the caller keeps there; empty for nothing
     */
    void reserve(Assembler a, int bytes, String besides) {
        if (bytes == 0) {
            return;
        }
        boolean shadow = abi.stack().shadow() > 0;
        String callee = shadow ? "shadow space, where the callee may home its arguments" : "room";
        String rest = besides.isEmpty() ? "" : (shadow ? ", and room for " : " for ") + besides;
        a.sub(rsp, bytes) .because(callee + rest).serves(shadow ? "stack.shadow" : "stack.alignment");
    }
    // spotless:on
}
