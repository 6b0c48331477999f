// SPDX-License-Identifier: Apache-2.0
package io.trapeze.bench.start;

import io.trapeze.bench.sampling.Conditions;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * What several starts took.
 *
 * @param conditions what it was measured on
 * @param phases each part of a start, and last their sum without JNA and binding
 * @param starts each start by itself
 * @param barMs the most that emitting and mapping should take, in the middle start
 * @param met whether it does
 */
public record StartReport(Conditions conditions, List<Phase> phases, List<Start> starts, double barMs, boolean met) {
    /** The most that emitting and mapping should take, in milliseconds. */
    static final double BAR_MS = 60;

    private static final String EMIT_AND_MAP = "emit and map";

    /**
     * A part of a start.
     *
     * @param what the part
     * @param minMs in the fastest start, in milliseconds
     * @param medianMs in the middle start; the upper of two middle ones
     */
    public record Phase(String what, double minMs, double medianMs) {}

    public StartReport {
        phases = List.copyOf(phases);
        starts = List.copyOf(starts);
    }

    /** Sums up; at least one start. */
    static StartReport of(Conditions conditions, List<Start> starts) {
        Phase bar = phase(EMIT_AND_MAP, starts, Start::emitAndMapMs);
        return new StartReport(
                conditions,
                List.of(
                        phase("load JNA", starts, Start::jnaMs),
                        phase("emit four primitives", starts, Start::emitMs),
                        phase("map them", starts, Start::mapMs),
                        phase("bind function pointers", starts, Start::bindMs),
                        bar),
                starts,
                BAR_MS,
                bar.medianMs() <= BAR_MS);
    }

    private static Phase phase(String what, List<Start> starts, ToDoubleFunction<Start> part) {
        double[] ms = starts.stream().mapToDouble(part).sorted().toArray();
        return new Phase(what, ms[0], ms[ms.length / 2]);
    }
}
