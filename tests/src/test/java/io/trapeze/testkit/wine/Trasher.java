// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.wine;

import static io.trapeze.emitter.operand.Mem.*;
import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.operand.Reg64;
import io.trapeze.emitter.operand.Registers;
import io.trapeze.runtime.memory.NativeMemory;
import io.trapeze.runtime.os.OperatingSystem;
import io.trapeze.trampolines.abi.Abi;
import java.util.Random;

/** Win64 functions that do all the harm they may, and note how they were called. */
public final class Trasher {
    static final long RESULT = 0x0DD_BA11L;

    private static final int NOTED_RSP = Win64Registers.BYTES;
    private static final int NOTED_ARGUMENT = NOTED_RSP + 8;
    private static final int NOTED_CALLS = NOTED_RSP + 16;
    private static final int NOTED_BOUNDS = NOTED_RSP + 24;

    private final NativeMemory memory;

    /** Allocates memory for junk and notes. */
    public Trasher(OperatingSystem os) {
        memory = NativeMemory.allocate(os, 4096);
    }

    /** Chooses new junk. */
    public void randomize(Random random) {
        new Win64Registers(memory, 0).randomize(random);
    }

    long rsp() {
        return memory.getLong(NOTED_RSP);
    }

    long argument() {
        return memory.getLong(NOTED_ARGUMENT);
    }

    /** How often any of the functions was called. */
    public long calls() {
        return memory.getLongVolatile(NOTED_CALLS);
    }

    String bounds() {
        return ThreadBounds.text(memory, NOTED_BOUNDS);
    }

    // spotless:off
    /** Emits {@code thunk(argument)}: changes all that Win64 lets it, and returns {@link #RESULT}. */
    CodeBlob thunk() {
        Assembler a = new Assembler();
        a.symbol("thunk");
        begin(a);
        for (int i = 0; i < 6; i++) {
            a.movdqu(xmm(i), xmmword(r11, Win64Registers.VECTORS + 16 * i));
        }
        for (int i = 0; i < 16; i++) {
            Reg64 register = Registers.gp64(i);
            if (register != r11 && !Abi.WIN64.preserves(register)) {
                a.mov(register, qword(r11, Win64Registers.general(register)));
            }
        }
        a.mov(r11, qword(r11, Win64Registers.general(r11)));
        a.mov(rax, RESULT);
        a.ret();
        return a.finish("thunk");
    }

    /** Emits a function that changes every register but RSP, the control words and the direction flag. */
    public CodeBlob everything(String symbol) {
        Assembler a = new Assembler();
        a.symbol(symbol);
        begin(a);
        Win64Registers.loadState(a, r11, 0);
        a.std();
        Win64Registers.loadGeneral(a, r11, 0);
        a.ret();
        return a.finish(symbol);
    }

    /** Notes what was found, and fills the home space; leaves the junk's address in r11. */
    private void begin(Assembler a) {
        a.mov(r11, memory.address());
        a.mov(qword(r11, NOTED_ARGUMENT), rcx);
        a.mov(qword(r11, NOTED_RSP), rsp);
        a.inc(qword(r11, NOTED_CALLS));
        ThreadBounds.store(a, r11, NOTED_BOUNDS, rax);
        for (int i = 8; i <= 32; i += 8) {
            a.mov(qword(rsp, i), r11);
        }
    }
    // spotless:on
}
