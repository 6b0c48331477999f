// SPDX-License-Identifier: Apache-2.0
package io.trapeze.bench.emission;

import java.util.Arrays;

/** What writes the block of 41 instructions: ours in the styles that it is called in, and others. */
public enum Emitter {
    /** Ours, straight, into an assembler that was emptied. */
    TRAPEZE("trapeze", "trapeze"),
    /** Ours, by methods and loops, into an assembler that was emptied. */
    GENERATOR("trapezeGenerator", "trapeze, by methods and loops"),
    /** Ours, with another half of the table's kinds of form used in the same Java VM. */
    MIXED("trapezeMixed", "trapeze, after forms of all kinds"),
    /** Ours, straight, laid out and copied into a blob. */
    FINISHED("trapezeFinished", "trapeze, finished into a blob"),
    /** Ours, by names of instructions. */
    BY_NAME("trapezeByName", "trapeze, emit(name, operands)"),
    /** Graal's, into an assembler that was emptied. */
    GRAAL("graal", "Graal's AMD64Assembler"),
    /** jnr-x86asm, into three new assemblers. */
    JNR("jnr", "jnr-x86asm");

    private final String benchmark;
    private final String label;

    Emitter(String benchmark, String label) {
        this.benchmark = benchmark;
        this.label = label;
    }

    /** What a reader calls it. */
    public String label() {
        return label;
    }

    /**
     * Finds it by its benchmark's name.
     *
     * @throws IllegalArgumentException if there is none
     */
    static Emitter measuredBy(String benchmark) {
        return Arrays.stream(values())
                .filter(emitter -> emitter.benchmark.equals(benchmark))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no emitter is measured by '" + benchmark
                        + "': the benchmarks and this enum have to name the same ones"));
    }
}
