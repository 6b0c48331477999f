// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.oracle;

import io.trapeze.emitter.operand.Operand;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A line of assembler text in its parts, right or wrong.
 *
 * @param prefix what stands before the mnemonic, with a blank behind it, or nothing
 * @param mnemonic as text
 * @param operands as text
 * @param typed the operands as objects; empty where there are none of which this is the text
 */
record Utterance(String prefix, String mnemonic, List<String> operands, Optional<List<Operand>> typed) {

    /** Returns a sample as text, without mask and rounding. */
    static Utterance of(Sample sample) {
        return new Utterance(
                sample.decoration().prefix(),
                sample.mnemonic().replace('_', ' '),
                sample.operands().stream().map(Operand::toString).toList(),
                Optional.of(sample.operands()));
    }

    Utterance with(int index, Operand operand) {
        return new Utterance(
                prefix, mnemonic, set(operands, index, operand.toString()), typed.map(t -> set(t, index, operand)));
    }

    Utterance with(int index, String operand) {
        return new Utterance(prefix, mnemonic, set(operands, index, operand), Optional.empty());
    }

    Utterance plus(Operand operand) {
        return new Utterance(
                prefix,
                mnemonic,
                set(operands, operands.size(), operand.toString()),
                typed.map(t -> set(t, t.size(), operand)));
    }

    Utterance without(int index) {
        List<String> fewer = new ArrayList<>(operands);
        fewer.remove(index);
        return new Utterance(prefix, mnemonic, fewer, typed.map(t -> {
            List<Operand> rest = new ArrayList<>(t);
            rest.remove(index);
            return rest;
        }));
    }

    Utterance locked() {
        return new Utterance("lock ", mnemonic, operands, typed);
    }

    Utterance named(String other) {
        return new Utterance(prefix, other, operands, typed);
    }

    private static <T> List<T> set(List<T> list, int index, T element) {
        List<T> changed = new ArrayList<>(list);
        if (index == changed.size()) {
            changed.add(element);
        } else {
            changed.set(index, element);
        }
        return changed;
    }

    @Override
    public String toString() {
        return (prefix + mnemonic + " " + String.join(", ", operands)).strip();
    }
}
