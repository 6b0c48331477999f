// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.execution;

import static io.trapeze.emitter.operand.Mem.*;
import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.Reg64;
import io.trapeze.emitter.operand.Registers;
import io.trapeze.runtime.memory.NativeMemory;
import io.trapeze.runtime.os.OperatingSystem;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;
import java.util.Random;

/** Callees that do all the harm a callee may do, and note how they were called. */
final class HostileCode {
    /** What a thunk returns. */
    static final long RESULT = 0x7E5_0F_0DD_BA11L;

    private static final int JUNK = 0;
    private static final int NOTES = RegisterState.BYTES;
    private static final int NOTED_RSP = NOTES;
    private static final int NOTED_FLAGS = NOTES + 8;
    private static final int NOTED_ARGUMENT = NOTES + 16;
    private static final int NOTED_RBP = NOTES + 24;
    /** Thread-block fields, as the callee found them. */
    private static final int NOTED_BOUNDS = NOTES + 32;

    private final NativeMemory memory;

    HostileCode(OperatingSystem os) {
        memory = NativeMemory.allocate(os, NOTES + 256);
    }

    /** Chooses new junk. */
    void randomize(Random random) {
        new RegisterState(memory, JUNK, SaveSet.AVX512).randomize(random);
    }

    /** RSP at entry: the return address is there. */
    long rsp() {
        return memory.getLong(NOTED_RSP);
    }

    long flags() {
        return memory.getLong(NOTED_FLAGS);
    }

    long argument() {
        return memory.getLong(NOTED_ARGUMENT);
    }

    long rbp() {
        return memory.getLong(NOTED_RBP);
    }

    long bound(int index) {
        return memory.getLong(NOTED_BOUNDS + 8 * index);
    }

    /** A function that changes everything: each register but RSP, flags with DF, control words, its shadow space. */
    CodeBlob changesEverything(String symbol, Abi abi, SaveSet width) {
        Assembler a = new Assembler();
        a.symbol(symbol);
        note(a, abi, rdi, rax);
        homes(a, abi, rdi);
        Probe.vectors(a, width, rdi, JUNK, true);
        a.ldmxcsr(dword(rdi, JUNK + RegisterState.MXCSR));
        a.fldcw(word(rdi, JUNK + RegisterState.X87));
        a.push(qword(rdi, JUNK + RegisterState.FLAGS));
        a.popfq();
        a.std();
        for (int i = 0; i < 16; i++) {
            Reg64 register = Registers.gp64(i);
            if (register != rsp && register != rdi) {
                a.mov(register, qword(rdi, JUNK + RegisterState.general(register)));
            }
        }
        a.mov(rdi, qword(rdi, JUNK + RegisterState.general(rdi)));
        a.ret();
        return a.finish(symbol);
    }

    /** A function that changes what its ABI lets it change, and returns {@link #RESULT}. */
    CodeBlob changesWhatIsVolatile(String symbol, Abi abi) {
        Assembler a = new Assembler();
        a.symbol(symbol);
        note(a, abi, r11, rax);
        homes(a, abi, r11);
        for (int i = 0; i < 16; i++) {
            if (!abi.preserves(xmm(i))) {
                a.movdqu(xmm(i), xmmword(r11, JUNK + RegisterState.vector(i)));
            }
        }
        a.push(qword(r11, JUNK + RegisterState.FLAGS));
        a.popfq();
        for (int i = 0; i < 16; i++) {
            Reg64 register = Registers.gp64(i);
            if (register != r11 && !abi.preserves(register)) {
                a.mov(register, qword(r11, JUNK + RegisterState.general(register)));
            }
        }
        a.mov(r11, qword(r11, JUNK + RegisterState.general(r11)));
        a.mov(abi.result(), RESULT);
        a.ret();
        return a.finish(symbol);
    }

    /** Notes how it was called; destroys both registers, and leaves the junk's address in {@code base}. */
    private void note(Assembler a, Abi abi, IndexReg base, IndexReg scratch) {
        Reg64 argument = abi.integerArguments().get(0);
        a.mov(scratch, argument);
        a.mov(base, memory.address());
        a.mov(qword(base, NOTED_ARGUMENT), scratch);
        a.mov(qword(base, NOTED_RSP), rsp);
        a.mov(qword(base, NOTED_RBP), rbp);
        a.pushfq();
        a.pop(scratch);
        a.mov(qword(base, NOTED_FLAGS), scratch);
        abi.threadBlock().ifPresent(block -> {
            for (int i = 0; i < block.fields().size(); i++) {
                a.mov(scratch, block.operand(block.fields().get(i)));
                a.mov(qword(base, NOTED_BOUNDS + 8 * i), scratch);
            }
        });
    }

    /** Writes junk to every byte that the ABI gives a callee above its return address. */
    private static void homes(Assembler a, Abi abi, IndexReg base) {
        for (int i = 0; i < abi.stack().shadow(); i += 8) {
            a.mov(qword(rsp, 8 + i), base);
        }
    }
}
