// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.text;

import io.trapeze.emitter.operand.Label;
import io.trapeze.emitter.operand.Register;
import java.util.ArrayList;
import java.util.List;

/**
 * What an expression comes to: a sum of a constant, places in the code, and registers times factors. What an address may
 * be made of is thus one thing with what a number is.
 *
 * @param constant the constant, 64 bits that wrap around
 * @param plus labels that are added
 * @param minus labels that are subtracted
 * @param terms registers, in the order they stand
 */
record Value(long constant, List<Label> plus, List<Label> minus, List<Term> terms) {
    /**
     * A register times a factor.
     *
     * @param register the register, or null for {@code rip}
     * @param scaled whether the factor was written
     */
    record Term(Register register, long factor, boolean scaled) {}

    static Value of(long constant) {
        return new Value(constant, List.of(), List.of(), List.of());
    }

    static Value of(Label label) {
        return new Value(0, List.of(label), List.of(), List.of());
    }

    /** Returns a register's value; null stands for {@code rip}. */
    static Value of(Register register) {
        return new Value(0, List.of(), List.of(), List.of(new Term(register, 1, false)));
    }

    boolean isConstant() {
        return plus.isEmpty() && minus.isEmpty() && terms.isEmpty();
    }

    /** Whether it is a register and nothing else. */
    boolean isRegister() {
        return constant == 0
                && plus.isEmpty()
                && minus.isEmpty()
                && terms.size() == 1
                && !terms.get(0).scaled();
    }

    /** Whether it is a place in the code, or one some bytes from it. */
    boolean isPlace() {
        return plus.size() == 1 && minus.isEmpty() && terms.isEmpty();
    }

    /** Whether it is the distance between two places. */
    boolean isDistance() {
        return plus.size() == 1 && minus.size() == 1 && terms.isEmpty();
    }

    Value plus(Value other) {
        List<Label> added = joined(plus, other.plus);
        List<Label> subtracted = joined(minus, other.minus);
        for (Label label : List.copyOf(added)) {
            if (subtracted.remove(label)) {
                added.remove(label);
            }
        }
        return new Value(constant + other.constant, added, subtracted, joined(terms, other.terms));
    }

    /** Returns the value times a factor; labels can only be negated. */
    Value times(long factor) {
        List<Term> scaled = terms.stream()
                .map(t -> new Term(t.register(), t.factor() * factor, true))
                .toList();
        return new Value(constant * factor, factor < 0 ? minus : plus, factor < 0 ? plus : minus, scaled);
    }

    private static <T> List<T> joined(List<T> first, List<T> second) {
        List<T> all = new ArrayList<>(first);
        all.addAll(second);
        return all;
    }
}
