// SPDX-License-Identifier: Apache-2.0
package io.trapeze.bench.emission;

import io.trapeze.bench.sampling.Conditions;
import io.trapeze.bench.sampling.Samples;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What a run of {@link EmissionBench} gave.
 *
 * @param conditions what it was measured on
 * @param rows each emitter, ours first
 * @param firstBlock the first block of fresh Java VMs
 * @param bars what the project sets itself
 */
public record EmissionReport(Conditions conditions, List<Row> rows, FirstBlock firstBlock, List<Bar> bars) {
    /** Instructions in a block. */
    public static final int INSTRUCTIONS = 41;

    /**
     * One emitter's numbers.
     *
     * @param what the emitter
     * @param minNs nanoseconds an instruction in the fastest iteration
     * @param medianNs nanoseconds an instruction in the middle iteration
     * @param bytes allocated a block, in the middle iteration
     * @param iterations how many were measured
     */
    public record Row(String what, double minNs, double medianNs, double bytes, int iterations) {}

    /**
     * What the first block costs in a Java VM that has done nothing else, in the middle start.
     *
     * @param milliseconds from the first use of an emitter's class to the finished blob
     * @param classes loaded meanwhile, the JDK's own left out
     * @param starts how many Java VMs were started
     */
    public record FirstBlock(double milliseconds, int classes, int starts) {}

    /**
     * A number and what it should be.
     *
     * @param what the number
     * @param value it
     * @param atLeast whether the limit is the least that is good, and not the most
     * @param limit the limit
     */
    public record Bar(String what, double value, boolean atLeast, double limit) {
        /** Whether the value is on the good side. */
        public boolean met() {
            return atLeast ? value >= limit : value <= limit;
        }
    }

    public EmissionReport {
        rows = List.copyOf(rows);
        bars = List.copyOf(bars);
    }

    /** Sums up; there must be iterations of every emitter. */
    static EmissionReport of(Conditions conditions, List<Iteration> iterations, FirstBlock firstBlock) {
        Map<Emitter, Row> rows = new EnumMap<>(Emitter.class);
        for (Emitter emitter : Emitter.values()) {
            rows.put(emitter, row(emitter, iterations));
        }
        Row own = rows.get(Emitter.TRAPEZE);
        return new EmissionReport(
                conditions,
                new ArrayList<>(rows.values()),
                firstBlock,
                List.of(
                        new Bar("ns an instruction", own.minNs(), false, 5),
                        // a profiler's own allocations, divided by the blocks of an iteration, leave some thousandths
                        new Bar("bytes allocated a block", Math.floor(own.bytes()), false, 0),
                        new Bar(
                                "times faster than Graal's",
                                rows.get(Emitter.GRAAL).minNs() / own.minNs(),
                                true,
                                3),
                        new Bar(
                                "times faster than jnr-x86asm",
                                rows.get(Emitter.JNR).minNs() / own.minNs(),
                                true,
                                8),
                        new Bar("ms until the first block", firstBlock.milliseconds(), false, 15),
                        new Bar("classes loaded for it", firstBlock.classes(), false, 60)));
    }

    private static Row row(Emitter emitter, List<Iteration> iterations) {
        List<Iteration> own =
                iterations.stream().filter(i -> i.emitter() == emitter).toList();
        if (own.isEmpty()) {
            throw new IllegalArgumentException(emitter + " was not measured: a run measures every emitter");
        }
        Samples ns =
                Samples.of(own.stream().map(i -> i.blockNs() / INSTRUCTIONS).toList());
        Samples bytes = Samples.of(own.stream().map(Iteration::blockBytes).toList());
        return new Row(emitter.label(), ns.minNs(), ns.medianNs(), bytes.medianNs(), own.size());
    }
}
