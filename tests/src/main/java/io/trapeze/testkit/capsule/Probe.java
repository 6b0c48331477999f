// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.capsule;

import static io.trapeze.emitter.operand.Mem.*;
import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.operand.Address;
import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.Label;
import io.trapeze.emitter.operand.Mem;
import io.trapeze.emitter.operand.Reg64;
import io.trapeze.emitter.operand.Registers;
import io.trapeze.emitter.operand.Scale;
import io.trapeze.emitter.operand.Segment;
import io.trapeze.testkit.state.RegisterState;
import io.trapeze.trampolines.SaveSet;
import java.util.List;

/**
 * Code around code under test that assumes no ABI: {@code enter} loads every register and jumps, {@code arrival} notes every
 * register and comes back to Java, {@code callee} notes every register, changes those that it may, and returns, on another thread
 * if it is told to.
 *
 * <p>None of them needs a register or touches the stack that it finds, but for what a callee may write of it. Code under test may
 * therefore be right or wrong about anything. If there is a segment, its base is the thread block's during the run.
 */
public final class Probe {
    private static final int ARCH_PRCTL = 158;
    private static final int ARCH_SET_GS = 0x1001;
    private static final int ARCH_SET_FS = 0x1002;
    private static final int ARCH_GET_FS = 0x1003;
    private static final int ARCH_GET_GS = 0x1004;
    private static final List<IndexReg> HOST_SAVED = List.of(rbx, rbp, r12, r13, r14, r15);

    private final LowMemory low;
    private final SaveSet widest;
    private final Segment segment;

    /**
     * @param widest which vector state is loaded and stored: all that there is
     * @param segment whose base is to be the thread block; none to leave both alone
     */
    public Probe(ProbeMemory memory, SaveSet widest, Segment segment) {
        this.low = memory.low();
        this.widest = widest;
        this.segment = segment;
    }

    /** Emits it with symbols {@code enter}, {@code arrival} and {@code callee}. */
    public CodeBlob emit() {
        Assembler a = new Assembler();
        enter(a);
        arrive(a);
        callee(a);
        return a.finish("probe");
    }

    private void enter(Assembler a) {
        a.symbol("enter");
        HOST_SAVED.forEach(a::push);
        a.mov(low.qword(ProbeMemory.HOST_RSP), rsp);
        a.stmxcsr(low.dword(ProbeMemory.HOST_MXCSR));
        a.fnstcw(low.word(ProbeMemory.HOST_X87));
        if (segment != Segment.NONE) {
            boolean gs = segment == Segment.GS;
            a.mov(edi, gs ? ARCH_GET_GS : ARCH_GET_FS);
            a.mov(esi, low.address(ProbeMemory.HOST_BASE));
            a.mov(eax, ARCH_PRCTL);
            a.syscall();
            a.mov(edi, gs ? ARCH_SET_GS : ARCH_SET_FS);
            a.mov(rsi, low.qword(ProbeMemory.THREAD_BASE));
            a.mov(eax, ARCH_PRCTL);
            a.syscall();
        }
        bases(a, ProbeMemory.ENTRY);
        vectors(a, ProbeMemory.ENTRY, true);
        a.ldmxcsr(low.dword(ProbeMemory.ENTRY + RegisterState.MXCSR));
        int x87 = ProbeMemory.ENTRY + RegisterState.X87_STATE;
        a.frstor(ptr(Address.absolute(low.address(x87))));
        a.fnsave(ptr(Address.absolute(low.address(x87)))); // in the form in which it will be stored afterwards
        a.frstor(ptr(Address.absolute(low.address(x87))));
        general(a, ProbeMemory.ENTRY);
        a.mov(esp, low.address(ProbeMemory.JUMP));
        a.iretq(); // target, flags and RSP at once, and no register left over
    }

    private void arrive(Assembler a) {
        a.symbol("arrival");
        note(a, ProbeMemory.ARRIVAL, ProbeMemory.ARRIVAL_BOUNDS);
        if (segment != Segment.NONE) {
            a.mov(edi, segment == Segment.GS ? ARCH_SET_GS : ARCH_SET_FS);
            a.mov(rsi, low.qword(ProbeMemory.HOST_BASE));
            a.mov(eax, ARCH_PRCTL);
            a.syscall();
        }
        a.ldmxcsr(low.dword(ProbeMemory.HOST_MXCSR));
        a.fldcw(low.word(ProbeMemory.HOST_X87));
        if (widest.vectorBytes() > 16) {
            a.avx().vzeroupper();
        }
        a.mov(rsp, low.qword(ProbeMemory.HOST_RSP));
        for (int i = HOST_SAVED.size() - 1; i >= 0; i--) {
            a.pop(HOST_SAVED.get(i));
        }
        a.ret();
    }

    private void callee(Assembler a) {
        a.symbol("callee");
        note(a, ProbeMemory.FOUND, ProbeMemory.FOUND_BOUNDS);
        moveOn(a);
        a.mov(rdx, low.qword(ProbeMemory.FOUND + RegisterState.general(rsp)));
        a.mov(ecx, ProbeMemory.WORDS_ABOVE);
        Label words = a.here();
        a.mov(rax, qword(rdx, rcx, Scale.X8, 0)); // its arguments on the stack, before they are gone
        a.mov(qword(Address.of(rcx, Scale.X8, low.address(ProbeMemory.ABOVE))), rax);
        a.dec(rcx);
        a.jnz(words);
        a.mov(rax, low.qword(ProbeMemory.JUNK));
        a.mov(rcx, low.qword(ProbeMemory.HOME_WORDS)); // what it may write above its return address
        fill(a, 0);
        a.mov(ecx, ProbeMemory.SCRATCHED / 8); // and below, where its frame would be
        fill(a, -8 - ProbeMemory.SCRATCHED);
        a.mov(ebx, low.address(0));
        a.mov(ecx, RegisterState.BYTES / 8);
        Label more = a.here();
        a.mov(rax, word(ProbeMemory.FOUND));
        a.mov(rdx, word(ProbeMemory.JUNK));
        a.xor(rax, rdx);
        a.and(rax, word(ProbeMemory.KEPT)); // what was found where it is kept, junk everywhere else
        a.xor(rax, rdx);
        a.mov(word(ProbeMemory.GIVEN), rax);
        a.dec(rcx);
        a.jnz(more);
        vectors(a, ProbeMemory.GIVEN, true);
        a.ldmxcsr(low.dword(ProbeMemory.GIVEN + RegisterState.MXCSR));
        a.frstor(ptr(Address.absolute(low.address(ProbeMemory.GIVEN + RegisterState.X87_STATE))));
        a.fldcw(low.word(ProbeMemory.GIVEN + RegisterState.X87));
        a.push(low.qword(ProbeMemory.GIVEN + RegisterState.FLAGS));
        a.popfq();
        general(a, ProbeMemory.GIVEN);
        a.mov(rsp, low.qword(ProbeMemory.FOUND + RegisterState.general(rsp)));
        a.ret();
    }

    /** Emits the way to another thread: the block of this one is somebody else's from now on. */
    private void moveOn(Assembler a) {
        if (segment != Segment.NONE) {
            Label stays = a.label("stays");
            a.cmp(low.qword(ProbeMemory.NEXT_BLOCK), 0);
            a.je(stays);
            a.mov(rdi, low.qword(ProbeMemory.THREAD_BASE));
            a.mov(rax, ProbeMemory.ABANDONED);
            a.mov(ecx, ProbeMemory.THREAD_BLOCK_BYTES / 8);
            a.repStosq();
            a.mov(edi, segment == Segment.GS ? ARCH_SET_GS : ARCH_SET_FS);
            a.mov(rsi, low.qword(ProbeMemory.NEXT_BLOCK));
            a.mov(eax, ARCH_PRCTL);
            a.syscall();
            a.bind(stays);
        }
    }

    /** A word of a register state, from the last one to the first as RCX counts down from their number. */
    private static Mem.Qword word(int state) {
        return qword(rbx, rcx, Scale.X8, state - 8);
    }

    /** Emits a loop that writes RAX to RCX words; the first one lies 8 bytes above {@code [rdx + from]}. */
    private static void fill(Assembler a, int from) {
        Label done = a.label("filled");
        Label more = a.here();
        a.test(rcx, rcx);
        a.jz(done);
        a.mov(qword(rdx, rcx, Scale.X8, from), rax);
        a.dec(rcx);
        a.jmp(more);
        a.bind(done);
    }

    /** Emits the way of every register to a state; afterwards RSP is in memory of the probe's own, and DF and AC are clear. */
    private void note(Assembler a, int state, int bounds) {
        for (int i = 0; i < 16; i++) {
            a.mov(low.qword(state + 8 * i), Registers.gp64(i));
        }
        a.mov(esp, low.address(ProbeMemory.OWN_STACK));
        a.pushfq();
        a.pop(rax);
        a.mov(low.qword(state + RegisterState.FLAGS), rax);
        a.push(2);
        a.popfq();
        if (segment != Segment.NONE) {
            Label done = a.label("all bounds read");
            a.mov(rcx, low.qword(ProbeMemory.BOUNDS));
            Label more = a.here();
            a.test(rcx, rcx);
            a.jz(done);
            a.mov(rax, qword(Address.of(rcx, Scale.X8, low.address(ProbeMemory.BOUNDS))));
            a.mov(rax, qword(Address.of(rax, 0).in(segment)));
            a.mov(qword(Address.of(rcx, Scale.X8, low.address(bounds))), rax);
            a.dec(rcx);
            a.jmp(more);
            a.bind(done);
        }
        vectors(a, state, false);
        a.stmxcsr(low.dword(state + RegisterState.MXCSR));
        a.fnstcw(low.word(state + RegisterState.X87));
        a.fnsave(ptr(Address.absolute(low.address(state + RegisterState.X87_STATE))));
        bases(a, state);
    }

    /** Emits the way of the segments' bases to a state; system calls, since not every kernel lets programs read them. */
    private void bases(Assembler a, int state) {
        for (int base = 0; base < 2; base++) {
            a.mov(edi, base == 0 ? ARCH_GET_FS : ARCH_GET_GS);
            a.mov(esi, low.address(state + RegisterState.BASES + 8 * base));
            a.mov(eax, ARCH_PRCTL);
            a.syscall();
        }
    }

    /** Emits the general registers' way from a state, RSP's excepted; flags stay. */
    private void general(Assembler a, int state) {
        for (int i = 0; i < 16; i++) {
            Reg64 register = Registers.gp64(i);
            if (register != rsp) {
                a.mov(register, low.qword(state + 8 * i));
            }
        }
    }

    /** Emits the way of all vector and mask registers from a register state, or into it; destroys RBX. */
    private void vectors(Assembler a, int state, boolean load) {
        a.mov(ebx, low.address(state));
        for (int i = 0; i < widest.vectors(); i++) {
            if (load) {
                widest.load(a, rbx, RegisterState.vector(i), i);
            } else {
                widest.store(a, rbx, RegisterState.vector(i), i);
            }
        }
        for (int i = 0; i < widest.masks(); i++) {
            if (load) {
                a.avx512().kmovq(Registers.mask(i), qword(rbx, RegisterState.mask(i)));
            } else {
                a.avx512().kmovq(qword(rbx, RegisterState.mask(i)), Registers.mask(i));
            }
        }
    }
}
