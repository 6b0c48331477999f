// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.operand.Reg64;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.PreservedVector;
import java.util.Arrays;
import java.util.Optional;

/**
 * Which state besides the general registers the preemption trampoline saves: all that the interrupted code may be holding.
 *
 * <p>Each set of vectors comes without and with the x87 registers, which are the MMX registers as well. Saving these takes
 * {@code fnsave}, which also puts the processor into x87 mode with an empty register stack, as calls expect it.
 */
public enum SaveSet {
    /** xmm0 to xmm15: right only while nothing wider is in use. */
    SSE("sse", "xmm", 16, 16, 0, false),
    /** ymm0 to ymm15: right only while nothing wider is in use. */
    AVX("avx", "ymm", 16, 32, 0, false),
    /** zmm0 to zmm31 and the mask registers k0 to k7; needs AVX512BW, as only the Xeon Phi lacks it among AVX-512 processors. */
    AVX512("avx512", "zmm", 32, 64, 8, false),
    /** {@link #SSE} and the x87 registers. */
    SSE_X87("sse+x87", "xmm", 16, 16, 0, true),
    /** {@link #AVX} and the x87 registers. */
    AVX_X87("avx+x87", "ymm", 16, 32, 0, true),
    /** {@link #AVX512} and the x87 registers. */
    AVX512_X87("avx512+x87", "zmm", 32, 64, 8, true);

    /** The label of whatever is {@linkplain #widest widest} where the code runs. */
    public static final String AUTO = "auto";

    /** The label of that with the x87 registers. */
    public static final String AUTO_X87 = "auto+x87";

    private final String label;
    private final String vectorName;
    private final int vectors;
    private final int vectorBytes;
    private final int masks;
    private final boolean x87;

    SaveSet(String label, String vectorName, int vectors, int vectorBytes, int masks, boolean x87) {
        this.label = label;
        this.vectorName = vectorName;
        this.vectors = vectors;
        this.vectorBytes = vectorBytes;
        this.masks = masks;
        this.x87 = x87;
    }

    /** Returns the name that users write: {@code sse}, {@code avx}, {@code avx512}, and with {@code +x87} behind it. */
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

    /** Whether the x87 registers are saved. */
    public boolean x87() {
        return x87;
    }

    /** Returns this set with the x87 registers. */
    public SaveSet withX87() {
        return Arrays.stream(values())
                .filter(s -> s.x87 && s.vectorBytes == vectorBytes)
                .findFirst()
                .orElseThrow();
    }

    /** Whether a processor that has all registers of {@code widest} has all of this set's. */
    public boolean fits(SaveSet widest) {
        return vectorBytes <= widest.vectorBytes;
    }

    /** Emits a vector register's way to {@code [base + offset]}, which need not be aligned. */
    public void store(Assembler a, Reg64 base, int offset, int vector) {
        VectorMove.store(a, base, offset, new PreservedVector(vector, 8 * vectorBytes));
    }

    /** Emits a vector register's way back from {@code [base + offset]}. */
    public void load(Assembler a, Reg64 base, int offset, int vector) {
        VectorMove.load(a, base, offset, new PreservedVector(vector, 8 * vectorBytes));
    }

    /** Finds a save set by its {@link #label()}; {@link #AUTO} is none, because it takes a processor: {@link #resolve}. */
    public static Optional<SaveSet> named(String label) {
        return Arrays.stream(values()).filter(s -> s.label.equals(label)).findFirst();
    }

    /**
     * Finds a save set by its {@link #label()}, or by {@code auto} and {@code auto+x87}.
     *
     * @param xcr0 as {@link #widest} takes it
     */
    public static Optional<SaveSet> resolve(String label, long xcr0) {
        SaveSet widest = widest(xcr0);
        return label.equals(AUTO)
                ? Optional.of(widest)
                : label.equals(AUTO_X87) ? Optional.of(widest.withX87()) : named(label);
    }

    /**
     * Returns the widest set that the system lets programs use, without x87 registers.
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

    /** Returns the narrowest set with every register that the primitives of an ABI save: what a processor must have to run them. */
    public static SaveSet neededBy(Abi abi) {
        int bits = abi.preservedVectors().stream()
                .mapToInt(v -> v.number() > 15 ? 512 : v.bits())
                .max()
                .orElse(128);
        return bits > 256 || !abi.preserved().masks().isEmpty() ? AVX512 : bits > 128 ? AVX : SSE;
    }
}
