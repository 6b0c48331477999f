// SPDX-License-Identifier: Apache-2.0
package io.trapeze.bench.jmh.block;

import static io.trapeze.emitter.operand.Mem.ptr;
import static io.trapeze.emitter.operand.Mem.qword;
import static io.trapeze.emitter.operand.Mem.xmmword;
import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.operand.Immediate;
import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.Registers;

/** The block of {@link TrapezeBlock} with instructions that are named at run time. */
public final class TrapezeByName {
    private static final IndexReg[] PRESERVED = {rbx, rbp, r12, r13, r14, r15};

    private TrapezeByName() {}

    /** Emits the block. */
    public static void emit(Assembler a) {
        a.emit("mov", rax, qword(rsp));
        a.emit("mov", qword(rdi), rax);
        a.emit("lea", rax, ptr(rsp, 8));
        a.emit("mov", qword(rdi, 8), rax);
        for (int i = 0; i < PRESERVED.length; i++) {
            a.emit("mov", qword(rdi, 16 + 8 * i), PRESERVED[i]);
        }
        for (int i = 6; i < 16; i++) {
            a.emit("movdqu", xmmword(rdi, 16 * i - 32), Registers.xmm(i));
        }
        for (int i = 6; i < 16; i++) {
            a.emit("movdqu", Registers.xmm(i), xmmword(rsi, 16 * i - 32));
        }
        for (int i = 0; i < PRESERVED.length; i++) {
            a.emit("mov", PRESERVED[i], qword(rsi, 16 + 8 * i));
        }
        a.emit("mov", qword(rcx), rsi);
        a.emit("mov", rdx, qword(rsi));
        a.emit("mov", rsp, qword(rsi, 8));
        a.emit("mov", eax, new Immediate(1));
        a.emit("jmp", rdx);
    }
}
