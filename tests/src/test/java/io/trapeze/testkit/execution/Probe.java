// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.execution;

import static io.trapeze.emitter.operand.Mem.*;
import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.Reg64;
import io.trapeze.emitter.operand.Registers;
import io.trapeze.runtime.code.CodeArena;
import io.trapeze.runtime.code.MappedCode;
import io.trapeze.runtime.memory.NativeMemory;
import io.trapeze.runtime.os.OperatingSystem;
import io.trapeze.trampolines.SaveSet;
import java.util.List;
import java.util.Map;

/**
 * Loads every register, jumps to code under test, and stores every register once that code arrives at {@link #arrival()}.
 *
 * <p>RSP at the arrival needs 520 bytes above it that nobody uses: {@link #PARKED} keeps RDI while it is the base register.
 */
final class Probe {
    /** Where the recorder parks RDI, in bytes above the RSP it arrives with. */
    static final int PARKED = 512;
    /** Bytes below RSP that the recorder copies before it uses the stack. */
    static final int BELOW = 128;

    private static final int IN = 0;
    private static final int OUT = RegisterState.BYTES;
    private static final int HOST = 2 * RegisterState.BYTES;
    private static final int HOST_RSP = HOST;
    private static final int HOST_MXCSR = HOST + 8;
    private static final int HOST_X87 = HOST + 12;
    private static final int HOST_GS = HOST + 16;
    private static final int TEST_GS = HOST + 24;
    private static final int RED_ZONE = HOST + 64;
    private static final List<IndexReg> HOST_SAVED = List.of(rbx, rbp, r12, r13, r14, r15);

    private final NativeMemory memory;
    private final MappedCode code;
    private final SaveSet width;

    /**
     * @param width which vector state is loaded and stored
     * @param target where to jump
     * @param threadBlock GS base during the run; 0 to leave GS alone
     */
    Probe(OperatingSystem os, CodeArena arena, SaveSet width, long target, long threadBlock) {
        this.width = width;
        this.memory = NativeMemory.allocate(os, HOST + 1024);
        memory.putLong(TEST_GS, threadBlock);
        Assembler a = new Assembler();
        load(a, threadBlock != 0);
        record(a, threadBlock != 0);
        this.code = arena.map(a.finish("probe"), Map.of("target", target));
    }

    /** What the registers are before the run; set RSP and the arguments. */
    RegisterState in() {
        return new RegisterState(memory, IN, width);
    }

    /** What they were at the arrival. */
    RegisterState out() {
        return new RegisterState(memory, OUT, width);
    }

    /** The {@link #BELOW} bytes below RSP at the arrival. */
    byte[] below() {
        return memory.getBytes(RED_ZONE, BELOW);
    }

    /** The address that the code under test must arrive at, by whatever jump, call or return. */
    long arrival() {
        return code.address("record");
    }

    void run() {
        code.function("probe").call();
    }

    private void load(Assembler a, boolean gs) {
        a.symbol("probe");
        HOST_SAVED.forEach(a::push);
        a.mov(rdi, memory.address());
        a.mov(qword(rdi, HOST_RSP), rsp);
        a.stmxcsr(dword(rdi, HOST_MXCSR));
        a.fnstcw(word(rdi, HOST_X87));
        if (gs) {
            a.rdgsbase(rax);
            a.mov(qword(rdi, HOST_GS), rax);
            a.mov(rax, qword(rdi, TEST_GS));
            a.wrgsbase(rax);
        }
        vectors(a, width, rdi, IN, true);
        a.ldmxcsr(dword(rdi, IN + RegisterState.MXCSR));
        a.fldcw(word(rdi, IN + RegisterState.X87));
        a.push(qword(rdi, IN + RegisterState.FLAGS));
        a.popfq();
        for (int i = 0; i < 16; i++) {
            Reg64 register = Registers.gp64(i);
            if (register != rsp && register != rdi) {
                a.mov(register, qword(rdi, IN + RegisterState.general(register)));
            }
        }
        a.mov(rsp, qword(rdi, IN + RegisterState.general(rsp)));
        a.mov(rdi, qword(rdi, IN + RegisterState.general(rdi)));
        a.jmp(a.external("target"));
    }

    private void record(Assembler a, boolean gs) {
        a.symbol("record");
        a.mov(qword(rsp, PARKED), rdi);
        a.mov(rdi, memory.address());
        for (int i = 0; i < 16; i++) {
            Reg64 register = Registers.gp64(i);
            if (register != rdi) {
                a.mov(qword(rdi, OUT + RegisterState.general(register)), register);
            }
        }
        a.mov(rax, qword(rsp, PARKED));
        a.mov(qword(rdi, OUT + RegisterState.general(rdi)), rax);
        vectors(a, width, rdi, OUT, false);
        for (int i = 0; i < BELOW; i += 8) {
            a.mov(rax, qword(rsp, i - BELOW));
            a.mov(qword(rdi, RED_ZONE + i), rax);
        }
        a.pushfq();
        a.pop(rax);
        a.mov(qword(rdi, OUT + RegisterState.FLAGS), rax);
        a.stmxcsr(dword(rdi, OUT + RegisterState.MXCSR));
        a.fnstcw(word(rdi, OUT + RegisterState.X87));

        a.mov(rsp, qword(rdi, HOST_RSP));
        a.push(0);
        a.popfq();
        a.ldmxcsr(dword(rdi, HOST_MXCSR));
        a.fldcw(word(rdi, HOST_X87));
        if (gs) {
            a.mov(rax, qword(rdi, HOST_GS));
            a.wrgsbase(rax);
        }
        if (width != SaveSet.SSE) {
            a.vzeroupper();
        }
        for (int i = HOST_SAVED.size() - 1; i >= 0; i--) {
            a.pop(HOST_SAVED.get(i));
        }
        a.ret();
    }

    /** Emits the way of all vector and mask registers from a register state, or into it. */
    static void vectors(Assembler a, SaveSet width, IndexReg base, int state, boolean load) {
        for (int i = 0; i < width.vectors(); i++) {
            int at = state + RegisterState.vector(i);
            switch (width) {
                case SSE -> {
                    if (load) {
                        a.movdqu(xmm(i), xmmword(base, at));
                    } else {
                        a.movdqu(xmmword(base, at), xmm(i));
                    }
                }
                case AVX -> {
                    if (load) {
                        a.vmovdqu(ymm(i), ymmword(base, at));
                    } else {
                        a.vmovdqu(ymmword(base, at), ymm(i));
                    }
                }
                case AVX512 -> {
                    if (load) {
                        a.avx512().vmovdqu64(zmm(i), zmmword(base, at));
                    } else {
                        a.avx512().vmovdqu64(zmmword(base, at), zmm(i));
                    }
                }
            }
        }
        for (int i = 0; i < width.masks(); i++) {
            if (load) {
                a.avx512().kmovq(Registers.mask(i), qword(base, state + RegisterState.mask(i)));
            } else {
                a.avx512().kmovq(qword(base, state + RegisterState.mask(i)), Registers.mask(i));
            }
        }
    }
}
