// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines;

import static io.trapeze.emitter.operand.Mem.xmmword;
import static io.trapeze.emitter.operand.Mem.ymmword;
import static io.trapeze.emitter.operand.Mem.zmmword;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.operand.Reg64;
import io.trapeze.emitter.operand.Registers;
import java.util.Arrays;
import java.util.Optional;

/** Which vector state the preemption trampoline saves: all that the interrupted code may be holding. */
public enum SaveSet {
    /** xmm0 to xmm15: right only while nothing wider is in use. */
    SSE("sse", "xmm", 16, 16, 0),
    /** ymm0 to ymm15: right only while nothing wider is in use. */
    AVX("avx", "ymm", 16, 32, 0),
    /** zmm0 to zmm31 and the mask registers k0 to k7; needs AVX512BW, as only the Xeon Phi lacks it among AVX-512 processors. */
    AVX512("avx512", "zmm", 32, 64, 8);

    private final String label;
    private final String vectorName;
    private final int vectors;
    private final int vectorBytes;
    private final int masks;

    SaveSet(String label, String vectorName, int vectors, int vectorBytes, int masks) {
        this.label = label;
        this.vectorName = vectorName;
        this.vectors = vectors;
        this.vectorBytes = vectorBytes;
        this.masks = masks;
    }

    /** Returns the name that users write: {@code sse}, {@code avx}, {@code avx512}. */
    public String label() {
        return label;
    }

    /** Returns what the saved vector registers are called, without their number: {@code xmm}, {@code ymm}, {@code zmm}. */
    public String vectorName() {
        return vectorName;
    }

    /** Returns how many vector registers are saved. */
    public int vectors() {
        return vectors;
    }

    /** Returns the bytes saved of each vector register. */
    public int vectorBytes() {
        return vectorBytes;
    }

    /** Returns how many mask registers are saved, 8 bytes each. */
    public int masks() {
        return masks;
    }

    /** Emits a vector register's way to {@code [base + offset]}, which need not be aligned. */
    void store(Assembler a, Reg64 base, int offset, int vector) {
        switch (this) {
            case SSE -> a.movdqu(xmmword(base, offset), Registers.xmm(vector));
            case AVX -> a.vmovdqu(ymmword(base, offset), Registers.ymm(vector));
            case AVX512 -> a.avx512().vmovdqu64(zmmword(base, offset), Registers.zmm(vector));
        }
    }

    /** Emits a vector register's way back from {@code [base + offset]}. */
    void load(Assembler a, Reg64 base, int offset, int vector) {
        switch (this) {
            case SSE -> a.movdqu(Registers.xmm(vector), xmmword(base, offset));
            case AVX -> a.vmovdqu(Registers.ymm(vector), ymmword(base, offset));
            case AVX512 -> a.avx512().vmovdqu64(Registers.zmm(vector), zmmword(base, offset));
        }
    }

    /** Finds a save set by its {@link #label()}. */
    public static Optional<SaveSet> named(String label) {
        return Arrays.stream(values()).filter(s -> s.label.equals(label)).findFirst();
    }

    /**
     * Returns the widest set that the system lets programs use.
     *
     * @param xcr0 the extended control register as XGETBV returns it, or 0 without OSXSAVE (SDM vol. 1, section 13.3):
     *     bit 2 is the upper halves of ymm, bits 5 to 7 the AVX-512 state
     */
    public static SaveSet widest(long xcr0) {
        if ((xcr0 & 0xE6) == 0xE6) {
            return AVX512;
        }
        return (xcr0 & 6) == 6 ? AVX : SSE;
    }
}
