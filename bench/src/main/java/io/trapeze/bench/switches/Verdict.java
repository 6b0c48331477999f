// SPDX-License-Identifier: Apache-2.0
package io.trapeze.bench.switches;

import java.util.OptionalDouble;

/**
 * Whether a number keeps within its bar.
 *
 * @param what the number: something measured, or the ratio of two such
 * @param unit of number and bar
 * @param value the number, from the fastest samples; empty if something it needs was not measured
 * @param bar the most it should be
 * @param outcome the decision
 */
public record Verdict(String what, Unit unit, OptionalDouble value, double bar, Outcome outcome) {
    /** What numbers are in. */
    public enum Unit {
        /** Nanoseconds. */
        NS,
        /** One cost divided by another. */
        RATIO
    }

    /** The decision. */
    public enum Outcome {
        MET,
        NOT_MET,
        /** The peer to compare with was not measured. */
        PEER_ABSENT
    }

    static Verdict of(String what, Unit unit, OptionalDouble value, double bar) {
        Outcome outcome =
                value.isEmpty() ? Outcome.PEER_ABSENT : value.getAsDouble() <= bar ? Outcome.MET : Outcome.NOT_MET;
        return new Verdict(what, unit, value, bar, outcome);
    }
}
