// SPDX-License-Identifier: Apache-2.0
package io.trapeze.bench.jmh.block;

import static io.trapeze.emitter.operand.Mem.ptr;
import static io.trapeze.emitter.operand.Mem.qword;
import static io.trapeze.emitter.operand.Mem.xmmword;
import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.Reg64;
import io.trapeze.emitter.operand.Registers;

/** The block of {@link TrapezeBlock} as a generator writes it: in methods, with loops over registers and offsets. */
public final class TrapezeGenerator {
    private static final IndexReg[] PRESERVED = {rbx, rbp, r12, r13, r14, r15};
    private static final int FIRST = 16;
    private static final int VECTORS = 64;

    private TrapezeGenerator() {}

    /** Emits the block. */
    public static void emit(Assembler a) {
        leave(a, rdi, rax);
        save(a, rdi);
        load(a, rsi);
        enter(a, rsi, rdx);
    }

    private static void leave(Assembler a, Reg64 from, Reg64 scratch) {
        a.mov(scratch, qword(rsp));
        a.mov(qword(from), scratch);
        a.lea(scratch, ptr(rsp, 8));
        a.mov(qword(from, 8), scratch);
    }

    private static void save(Assembler a, Reg64 base) {
        for (int i = 0; i < PRESERVED.length; i++) {
            a.mov(qword(base, FIRST + 8 * i), PRESERVED[i]);
        }
        for (int i = 6; i < 16; i++) {
            a.movdqu(xmmword(base, VECTORS + 16 * (i - 6)), Registers.xmm(i));
        }
    }

    private static void load(Assembler a, Reg64 base) {
        for (int i = 6; i < 16; i++) {
            a.movdqu(Registers.xmm(i), xmmword(base, VECTORS + 16 * (i - 6)));
        }
        for (int i = 0; i < PRESERVED.length; i++) {
            a.mov(PRESERVED[i], qword(base, FIRST + 8 * i));
        }
    }

    private static void enter(Assembler a, Reg64 to, Reg64 target) {
        a.mov(qword(rcx), to);
        a.mov(target, qword(to));
        a.mov(rsp, qword(to, 8));
        a.mov(eax, 1);
        a.jmp(target);
    }
}
