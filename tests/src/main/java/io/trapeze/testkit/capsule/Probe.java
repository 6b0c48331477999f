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
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.PreservedVector;
import java.util.ArrayList;
import java.util.List;

/**
 * Code around code under test that assumes no ABI: {@code enter} loads every register and jumps, {@code arrival} notes every
 * register and comes back to Java, {@code callee} notes every register, changes those that it may, and returns, on another thread
 * if it is told to.
 *
 * <p>None of them needs a register or touches the stack that it finds, but for what a callee may write of it. Code under test may
 * therefore be right or wrong about anything. Their memory is reached from where they are: it lies within two gigabytes.
 */
public final class Probe {
    /** The symbol for the {@link ProbeMemory}, which is defined elsewhere. */
    static final String MEMORY = "probe_memory";

    private final Assembler a = new Assembler();
    private final Reach reach = new Reach(a, a.external(MEMORY));
    private final Abi host;
    private final SaveSet widest;
    private final ThreadBlockCode block;

    /**
     * @param host the convention by which {@code enter} is called
     * @param widest which vector state is loaded and stored: all that there is
     * @param blocks how code gets a thread block here
     * @param segment behind which it is to be; none to leave both segments alone
     */
    Probe(Abi host, SaveSet widest, ThreadBlocks blocks, Segment segment) {
        this.host = host;
        this.widest = widest;
        this.block = blocks.code(reach, segment);
    }

    /** Emits it with symbols {@code enter}, {@code arrival} and {@code callee}. */
    CodeBlob emit() {
        enter();
        arrive();
        callee();
        return a.finish("probe");
    }

    private Address at(int offset) {
        return reach.at(offset);
    }

    private Mem.Qword word(int offset) {
        return reach.word(offset);
    }

    private List<IndexReg> hostSaved() {
        List<IndexReg> saved = new ArrayList<>(host.preservedGeneral());
        if (host.preservesRbp()) {
            saved.add(rbp);
        }
        return saved;
    }

    private void enter() {
        a.symbol("enter");
        hostSaved().forEach(a::push);
        a.mov(word(ProbeMemory.HOST_RSP), rsp);
        a.stmxcsr(dword(at(ProbeMemory.HOST_MXCSR)));
        a.fnstcw(Mem.word(at(ProbeMemory.HOST_X87)));
        for (PreservedVector vector : host.preservedVectors()) {
            a.movups(xmmword(at(ProbeMemory.HOST_VECTORS + 16 * vector.number())), Registers.xmm(vector.number()));
        }
        a.mov(rax, cs);
        a.mov(word(ProbeMemory.JUMP + 8), rax);
        a.mov(rax, ss);
        a.mov(word(ProbeMemory.JUMP + 32), rax);
        block.give();
        block.bases(ProbeMemory.ENTRY);
        vectors(ProbeMemory.ENTRY, true);
        a.ldmxcsr(dword(at(ProbeMemory.ENTRY + RegisterState.MXCSR)));
        Mem.Any x87 = ptr(at(ProbeMemory.ENTRY + RegisterState.X87_STATE));
        a.frstor(x87);
        a.fnsave(x87); // in the form in which it will be stored afterwards
        a.frstor(x87);
        general(ProbeMemory.ENTRY);
        a.lea(rsp, ptr(at(ProbeMemory.JUMP)));
        a.iretq(); // target, flags and RSP at once, and no register left over
    }

    private void arrive() {
        a.symbol("arrival");
        note(ProbeMemory.ARRIVAL, ProbeMemory.ARRIVAL_BOUNDS);
        block.take();
        a.ldmxcsr(dword(at(ProbeMemory.HOST_MXCSR)));
        a.fldcw(Mem.word(at(ProbeMemory.HOST_X87)));
        if (widest.vectorBytes() > 16) {
            a.avx().vzeroupper();
        }
        for (PreservedVector vector : host.preservedVectors()) {
            a.movups(Registers.xmm(vector.number()), xmmword(at(ProbeMemory.HOST_VECTORS + 16 * vector.number())));
        }
        a.mov(rsp, word(ProbeMemory.HOST_RSP));
        List<IndexReg> saved = hostSaved();
        for (int i = saved.size() - 1; i >= 0; i--) {
            a.pop(saved.get(i));
        }
        a.ret();
    }

    private void callee() {
        a.symbol("callee");
        note(ProbeMemory.FOUND, ProbeMemory.FOUND_BOUNDS);
        block.moveOn();
        a.mov(rdx, word(ProbeMemory.FOUND + RegisterState.general(rsp)));
        a.mov(ecx, ProbeMemory.WORDS_ABOVE);
        a.lea(rbx, ptr(at(ProbeMemory.ABOVE)));
        Label words = a.here();
        a.mov(rax, qword(rdx, rcx, Scale.X8, 0)); // its arguments on the stack, before they are gone
        a.mov(qword(rbx, rcx, Scale.X8, 0), rax);
        a.dec(rcx);
        a.jnz(words);
        a.mov(rax, word(ProbeMemory.JUNK));
        a.mov(rcx, word(ProbeMemory.HOME_WORDS)); // what it may write above its return address
        fill(0);
        a.mov(ecx, ProbeMemory.SCRATCHED / 8); // and below, where its frame would be
        fill(-8 - ProbeMemory.SCRATCHED);
        a.lea(rbx, ptr(at(0)));
        a.mov(ecx, RegisterState.BYTES / 8);
        Label more = a.here();
        a.mov(rax, wordOf(ProbeMemory.FOUND));
        a.mov(rdx, wordOf(ProbeMemory.JUNK));
        a.xor(rax, rdx);
        a.and(rax, wordOf(ProbeMemory.KEPT)); // what was found where it is kept, junk everywhere else
        a.xor(rax, rdx);
        a.mov(wordOf(ProbeMemory.GIVEN), rax);
        a.dec(rcx);
        a.jnz(more);
        vectors(ProbeMemory.GIVEN, true);
        a.ldmxcsr(dword(at(ProbeMemory.GIVEN + RegisterState.MXCSR)));
        a.frstor(ptr(at(ProbeMemory.GIVEN + RegisterState.X87_STATE)));
        a.fldcw(Mem.word(at(ProbeMemory.GIVEN + RegisterState.X87)));
        a.push(word(ProbeMemory.GIVEN + RegisterState.FLAGS));
        a.popfq();
        general(ProbeMemory.GIVEN);
        a.mov(rsp, word(ProbeMemory.FOUND + RegisterState.general(rsp)));
        a.ret();
    }

    /** A word of a register state, from the last one to the first as RCX counts down from their number; RBX is where the memory begins. */
    private static Mem.Qword wordOf(int state) {
        return qword(rbx, rcx, Scale.X8, state - 8);
    }

    /** Emits a loop that writes RAX to RCX words; the first one lies 8 bytes above {@code [rdx + from]}. */
    private void fill(int from) {
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
    private void note(int state, int bounds) {
        for (int i = 0; i < 16; i++) {
            a.mov(word(state + 8 * i), Registers.gp64(i));
        }
        a.lea(rsp, ptr(at(ProbeMemory.OWN_STACK)));
        a.pushfq();
        a.pop(rax);
        a.mov(word(state + RegisterState.FLAGS), rax);
        a.push(2);
        a.popfq();
        block.noteFields(bounds);
        vectors(state, false);
        a.stmxcsr(dword(at(state + RegisterState.MXCSR)));
        a.fnstcw(Mem.word(at(state + RegisterState.X87)));
        a.fnsave(ptr(at(state + RegisterState.X87_STATE)));
        block.bases(state);
    }

    /** Emits the general registers' way from a state, RSP's excepted; flags stay. */
    private void general(int state) {
        for (int i = 0; i < 16; i++) {
            Reg64 register = Registers.gp64(i);
            if (register != rsp) {
                a.mov(register, word(state + 8 * i));
            }
        }
    }

    /** Emits the way of all vector and mask registers from a register state, or into it; destroys RBX. */
    private void vectors(int state, boolean load) {
        a.lea(rbx, ptr(at(state)));
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
