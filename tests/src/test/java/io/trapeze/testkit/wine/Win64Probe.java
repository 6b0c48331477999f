// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.wine;

import static io.trapeze.emitter.operand.Mem.*;
import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.Reg64;
import io.trapeze.emitter.operand.Registers;
import io.trapeze.runtime.code.CodeArena;
import io.trapeze.runtime.code.MappedCode;
import io.trapeze.runtime.memory.NativeMemory;
import java.util.List;
import java.util.Map;

/**
 * A function for a Windows process: loads every register and the thread block's stack bounds, jumps to code under test, and stores
 * it all once that code arrives at {@link #arrival()}; then it is as if nothing had been.
 *
 * <p>RSP at the arrival needs 520 bytes above it that nobody uses.
 */
final class Win64Probe {
    /** Where the recorder parks RDI, in bytes above the RSP it arrives with. */
    private static final int PARKED = 512;

    private static final int IN = 0;
    private static final int OUT = Win64Registers.BYTES;
    private static final int HOST = 2 * Win64Registers.BYTES;
    private static final int HOST_RSP = HOST;
    private static final int HOST_MXCSR = HOST + 8;
    private static final int HOST_X87 = HOST + 12;
    private static final int HOST_BOUNDS = HOST + 16;
    private static final List<IndexReg> SAVED = List.of(rbx, rbp, rdi, rsi, r12, r13, r14, r15);
    private static final int FIRST_SAVED_VECTOR = 6;
    private static final int FRAME = 16 * 10 + 8;

    private final WindowsProcess process;
    private final NativeMemory memory;
    private final MappedCode code;

    Win64Probe(WindowsProcess process, CodeArena arena, long target) {
        this.process = process;
        this.memory = NativeMemory.allocate(process.memory(), HOST + 256);
        Assembler a = new Assembler();
        load(a);
        record(a);
        this.code = arena.map(a.finish("probe"), Map.of("target", target));
    }

    /** What the registers are before the run; set RSP, the arguments and the bounds. */
    Win64Registers in() {
        return new Win64Registers(memory, IN);
    }

    /** What they were at the arrival. */
    Win64Registers out() {
        return new Win64Registers(memory, OUT);
    }

    /** The address that the code under test must arrive at, by whatever jump, call or return. */
    long arrival() {
        return code.address("record");
    }

    void run() {
        process.call(code.address("probe"));
    }

    // spotless:off
    private void load(Assembler a) {
        a.symbol("probe");
        SAVED.forEach(a::push);
        a.sub(rsp, FRAME);
        for (int i = 0; i < 10; i++) {
            a.movdqu(xmmword(rsp, 16 * i), xmm(FIRST_SAVED_VECTOR + i));
        }
        a.mov(rdi, memory.address());
        a.mov(qword(rdi, HOST_RSP), rsp);
        a.stmxcsr(dword(rdi, HOST_MXCSR));
        a.fnstcw(word(rdi, HOST_X87));
        ThreadBounds.store(a, rdi, HOST_BOUNDS, rax);
        Win64Registers.loadState(a, rdi, IN);
        ThreadBounds.load(a, rdi, IN + Win64Registers.BOUNDS, rax);
        a.mov(rsp, qword(rdi, IN + Win64Registers.general(rsp)));
        Win64Registers.loadGeneral(a, rdi, IN);
        a.jmp(a.external("target"));
    }

    private void record(Assembler a) {
        a.symbol("record");
        a.mov(qword(rsp, PARKED), rdi);
        a.mov(rdi, memory.address());
        for (int i = 0; i < 16; i++) {
            Reg64 register = Registers.gp64(i);
            if (register != rdi) {
                a.mov(qword(rdi, OUT + Win64Registers.general(register)), register);
            }
            a.movdqu(xmmword(rdi, OUT + Win64Registers.VECTORS + 16 * i), xmm(i));
        }
        a.mov(rax, qword(rsp, PARKED));
        a.mov(qword(rdi, OUT + Win64Registers.general(rdi)), rax);
        a.pushfq();
        a.pop(rax);
        a.mov(qword(rdi, OUT + Win64Registers.FLAGS), rax);
        a.stmxcsr(dword(rdi, OUT + Win64Registers.MXCSR));
        a.fnstcw(word(rdi, OUT + Win64Registers.X87));
        ThreadBounds.store(a, rdi, OUT + Win64Registers.BOUNDS, rax);

        ThreadBounds.load(a, rdi, HOST_BOUNDS, rax);
        a.mov(rsp, qword(rdi, HOST_RSP));
        a.push(2);
        a.popfq();
        a.ldmxcsr(dword(rdi, HOST_MXCSR));
        a.fldcw(word(rdi, HOST_X87));
        for (int i = 0; i < 10; i++) {
            a.movdqu(xmm(FIRST_SAVED_VECTOR + i), xmmword(rsp, 16 * i));
        }
        a.add(rsp, FRAME);
        for (int i = SAVED.size() - 1; i >= 0; i--) {
            a.pop(SAVED.get(i));
        }
        a.ret();
    }
    // spotless:on
}
