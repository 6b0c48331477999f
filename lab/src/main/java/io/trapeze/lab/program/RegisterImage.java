// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.program;

import static io.trapeze.emitter.operand.Mem.*;
import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.Registers;
import io.trapeze.runtime.sched.GoroutineAssembler;
import io.trapeze.trampolines.SaveSet;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * All the state that a goroutine can hold, as a row of 8-byte words: general registers, stack pointer, flags, control words, the
 * red zone, masks and vectors.
 *
 * <p>Emits its way from memory into the processor and back. Offsets are bytes from the image's start.
 */
final class RegisterImage {
    /** The registers that a body may use: all but RSP and R14, which holds the goroutine. RAX is loaded last. */
    static final List<IndexReg> GENERAL = List.of(rcx, rbx, rdx, rsi, rdi, rbp, r8, r9, r10, r11, r12, r13, r15, rax);

    /** CF, PF, AF, ZF, SF, DF and OF. */
    private static final int FLAGS = 0xCD5;

    private static final int RED_ZONE_WORDS = 128 / 8;
    private static final int DEFAULT_MXCSR = 0x1F80;
    private static final int MXCSR_STATUS = 0x3F;

    private final SaveSet set;
    private final List<String> names = new ArrayList<>();
    private final int flags;
    private final int mxcsr;
    private final int x87;
    private final int redZone;
    private final int masks;
    private final int vectors;

    RegisterImage(SaveSet set) {
        this.set = set;
        GENERAL.forEach(r -> names.add(r.name()));
        names.add("r14, the goroutine");
        names.add("rsp");
        this.flags = add("flags");
        this.mxcsr = add("mxcsr");
        this.x87 = add("x87 control word");
        this.redZone = 8 * names.size();
        for (int i = 1; i <= RED_ZONE_WORDS; i++) {
            add("red zone at rsp - " + 8 * i);
        }
        this.masks = 8 * names.size();
        for (int i = 0; i < set.masks(); i++) {
            add("k" + i);
        }
        this.vectors = 8 * names.size();
        for (int i = 0; i < set.vectors(); i++) {
            for (int bit = 0; bit < 8 * set.vectorBytes(); bit += 64) {
                add(set.vectorName() + i + ", bits " + bit + " to " + (bit + 63));
            }
        }
    }

    private int add(String name) {
        names.add(name);
        return 8 * (names.size() - 1);
    }

    /** The name of each word, in order. */
    List<String> names() {
        return List.copyOf(names);
    }

    int words() {
        return names.size();
    }

    int bytes() {
        return 8 * words();
    }

    static int general(IndexReg register) {
        return 8 * GENERAL.indexOf(register);
    }

    static int goroutine() {
        return 8 * GENERAL.size();
    }

    static int stackPointer() {
        return goroutine() + 8;
    }

    /** Makes up an image that the processor accepts; the words of RSP and R14 mean nothing. */
    long[] random(SplittableRandom random) {
        long[] image = random.longs(words()).toArray();
        int rounding = random.nextInt(4);
        image[flags / 8] &= FLAGS;
        image[mxcsr / 8] = DEFAULT_MXCSR | rounding << 13;
        image[x87 / 8] = 0x37F | rounding << 10;
        return image;
    }

    // spotless:off
    /**
     * Emits the load of everything but RSP and R14 from the image at {@code rax + offset}; RSP must be as it is to stay, with a
     * word to spare below the red zone's.
     */
    void load(GoroutineAssembler a, int offset) {
        for (int i = 0; i < set.vectors(); i++) {
            int from = offset + vectors + i * set.vectorBytes();
            set.load(a, rax, from, i);
        }
        for (int i = 0; i < set.masks(); i++) {
            a.avx512().kmovq(Registers.mask(i), qword(rax, offset + masks + 8 * i));
        }
        a.ldmxcsr(dword(rax, offset + mxcsr));
        a.fldcw(word(rax, offset + x87));
        a.push(qword(rax, offset + flags)) .because("before the red zone, which a push writes to");
        a.popfq();
        for (int i = 0; i < RED_ZONE_WORDS; i++) {
            a.mov(rcx, qword(rax, offset + redZone + 8 * i));
            a.mov(qword(rsp, -8 * (i + 1)), rcx);
        }
        for (IndexReg register : GENERAL) {
            a.mov(register, qword(rax, offset + general(register)));
        }
    }

    /**
     * Emits the store of everything to the image at {@code [rsp + block] + offset}. Afterwards {@code rax} holds the block's
     * address, the direction flag is clear, and nothing else is as it was but RSP and R14.
     *
     * @param block offset from RSP of a word that holds the block's address
     * @param scratch offset from RSP of two words to use
     */
    void store(GoroutineAssembler a, int block, int scratch, int offset) {
        a.mov(qword(rsp, scratch), rax) .because("no instruction up to pushfq changes a flag");
        a.mov(rax, qword(rsp, block));
        for (IndexReg register : GENERAL) {
            if (register != rax) {
                a.mov(qword(rax, offset + general(register)), register);
            }
        }
        a.mov(rcx, qword(rsp, scratch));
        a.mov(qword(rax, offset + general(rax)), rcx);
        a.mov(qword(rax, offset + goroutine()), r14);
        a.mov(qword(rax, offset + stackPointer()), rsp);
        for (int i = 0; i < RED_ZONE_WORDS; i++) {
            a.mov(rcx, qword(rsp, -8 * (i + 1)));
            a.mov(qword(rax, offset + redZone + 8 * i), rcx);
        }
        a.pushfq();
        a.pop(rcx);
        a.cld();
        a.and(ecx, FLAGS);
        a.mov(qword(rax, offset + flags), rcx);
        a.stmxcsr(dword(rsp, scratch));
        a.mov(ecx, dword(rsp, scratch));
        a.and(ecx, ~MXCSR_STATUS) .because("status is nobody's to keep");
        a.mov(qword(rax, offset + mxcsr), rcx);
        a.fnstcw(word(rsp, scratch));
        a.movzx(ecx, word(rsp, scratch));
        a.mov(qword(rax, offset + x87), rcx);
        for (int i = 0; i < set.masks(); i++) {
            a.avx512().kmovq(qword(rax, offset + masks + 8 * i), Registers.mask(i));
        }
        for (int i = 0; i < set.vectors(); i++) {
            int to = offset + vectors + i * set.vectorBytes();
            set.store(a, rax, to, i);
        }
    }
    // spotless:on
}
