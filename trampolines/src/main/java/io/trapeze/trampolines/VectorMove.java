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
import io.trapeze.trampolines.abi.PreservedVector;

/** A vector's way to memory and back; memory need not be aligned. Each needs no more than a processor with such a vector has. */
final class VectorMove {
    private VectorMove() {}

    // spotless:off
    /** Emits the way to {@code [base + offset]}. */
    static void store(Assembler a, Reg64 base, int offset, PreservedVector vector) {
        int n = vector.number();
        boolean evex = n > 15;
        switch (vector.bits()) {
            case 64  -> { if (evex) { a.vmovq(qword(base, offset), xmm(n)); }       else { a.movq(qword(base, offset), xmm(n)); } }
            case 128 -> { if (evex) { a.vmovdqu64(xmmword(base, offset), xmm(n)); } else { a.movdqu(xmmword(base, offset), xmm(n)); } }
            case 256 -> { if (evex) { a.vmovdqu64(ymmword(base, offset), ymm(n)); } else { a.vmovdqu(ymmword(base, offset), ymm(n)); } }
            default  -> a.vmovdqu64(zmmword(base, offset), zmm(n));
        }
    }

    /** Emits the way back from {@code [base + offset]}; what lies above the vector's bits becomes anything. */
    static void load(Assembler a, Reg64 base, int offset, PreservedVector vector) {
        int n = vector.number();
        boolean evex = n > 15;
        switch (vector.bits()) {
            case 64  -> { if (evex) { a.vmovq(xmm(n), qword(base, offset)); }       else { a.movq(xmm(n), qword(base, offset)); } }
            case 128 -> { if (evex) { a.vmovdqu64(xmm(n), xmmword(base, offset)); } else { a.movdqu(xmm(n), xmmword(base, offset)); } }
            case 256 -> { if (evex) { a.vmovdqu64(ymm(n), ymmword(base, offset)); } else { a.vmovdqu(ymm(n), ymmword(base, offset)); } }
            default  -> a.vmovdqu64(zmm(n), zmmword(base, offset));
        }
    }
    // spotless:on
}
