// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines;

import static io.trapeze.emitter.operand.Mem.qword;
import static io.trapeze.emitter.operand.Mem.xmmword;
import static io.trapeze.emitter.operand.Mem.ymmword;
import static io.trapeze.emitter.operand.Mem.zmmword;
import static io.trapeze.emitter.operand.Registers.xmm;
import static io.trapeze.emitter.operand.Registers.ymm;
import static io.trapeze.emitter.operand.Registers.zmm;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.operand.Reg64;
import io.trapeze.emitter.operand.Xmm;
import io.trapeze.trampolines.abi.PreservedVector;

/** A vector's way to memory and back; memory need not be aligned. Each needs no more than a processor with such a vector has. */
public final class VectorMove {
    private VectorMove() {}

    // spotless:off
    /** Emits the way to {@code [base + offset]}. */
    public static void store(Assembler a, Reg64 base, int offset, PreservedVector vector) {
        int n = vector.number();
        boolean evex = n > 15;
        switch (vector.bits()) {
            case 64  -> { if (evex) { a.avx512().vmovq(qword(base, offset), xmm(n)); }       else { a.movq(qword(base, offset), xmm(n)); } }
            case 128 -> { if (evex) { a.avx512().vmovdqu64(xmmword(base, offset), xmm(n)); } else { a.movdqu(xmmword(base, offset), xmm(n)); } }
            case 256 -> { if (evex) { a.avx512().vmovdqu64(ymmword(base, offset), ymm(n)); } else { a.avx().vmovdqu(ymmword(base, offset), ymm(n)); } }
            default  -> a.avx512().vmovdqu64(zmmword(base, offset), zmm(n));
        }
    }

    /** Emits the way back from {@code [base + offset]}; what lies above the vector's bits becomes anything. */
    public static void load(Assembler a, Reg64 base, int offset, PreservedVector vector) {
        int n = vector.number();
        boolean evex = n > 15;
        switch (vector.bits()) {
            case 64  -> { if (evex) { a.avx512().vmovq(xmm(n), qword(base, offset)); }       else { a.movq(xmm(n), qword(base, offset)); } }
            case 128 -> { if (evex) { a.avx512().vmovdqu64(xmm(n), xmmword(base, offset)); } else { a.movdqu(xmm(n), xmmword(base, offset)); } }
            case 256 -> { if (evex) { a.avx512().vmovdqu64(ymm(n), ymmword(base, offset)); } else { a.avx().vmovdqu(ymm(n), ymmword(base, offset)); } }
            default  -> a.avx512().vmovdqu64(zmm(n), zmmword(base, offset));
        }
    }

    /** Emits the way of the low 128 bits to another register. */
    static void copy(Assembler a, Xmm to, Xmm from) {
        if (to.number() > 15 || from.number() > 15) { a.avx512().vmovdqu64(to, from); } else { a.movaps(to, from); }
    }

    /** Emits the way of the low 64 bits to a general register. */
    static void copy(Assembler a, Reg64 to, Xmm from) {
        if (from.number() > 15) { a.avx512().vmovq(to, from); } else { a.movq(to, from); }
    }

    /** Emits the way of a general register to the low 64 bits; those above become zero. */
    static void copy(Assembler a, Xmm to, Reg64 from) {
        if (to.number() > 15) { a.avx512().vmovq(to, from); } else { a.movq(to, from); }
    }
    // spotless:on
}
