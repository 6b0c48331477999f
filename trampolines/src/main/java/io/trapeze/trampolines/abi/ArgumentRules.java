// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines.abi;

import static io.trapeze.trampolines.abi.AbiField.ARGUMENTS_INTEGER;
import static io.trapeze.trampolines.abi.AbiField.ARGUMENTS_VECTORS;

import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.Xmm;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Where a call's arguments are. Whatever has no register is on the stack, 8 bytes each, the first at the lowest address.
 *
 * @param integer registers of integers and pointers, in order; all are on the stack if there are none
 * @param vectors registers of floating-point numbers and vectors, in order
 * @param positional whether the n-th argument takes the n-th register of its class, as on Win64; otherwise each class counts
 *     for itself
 */
public record ArgumentRules(List<IndexReg> integer, List<Xmm> vectors, boolean positional) {
    /** What an argument is. */
    public enum Kind {
        /** An integer or a pointer. */
        INTEGER,
        /** A floating-point number or a vector. */
        VECTOR
    }

    /** Where one argument is. */
    public sealed interface Place {
        /**
         * In a general register.
         *
         * @param register the register
         */
        record General(IndexReg register) implements Place {}

        /**
         * In a vector register.
         *
         * @param register the register, by its low 128 bits
         */
        record Vector(Xmm register) implements Place {}

        /**
         * On the stack.
         *
         * @param word number of the word above the shadow space, from 0
         */
        record Stack(int word) implements Place {}
    }

    /** Copies the lists. */
    public ArgumentRules {
        integer = List.copyOf(integer);
        vectors = List.copyOf(vectors);
        Contradictions.distinct(ARGUMENTS_INTEGER, integer);
        Contradictions.distinct(ARGUMENTS_VECTORS, vectors);
    }

    /** Returns these rules with other registers for integers. */
    public ArgumentRules withInteger(IndexReg... registers) {
        return new ArgumentRules(List.of(registers), vectors, positional);
    }

    /** Returns these rules with other registers for vectors. */
    public ArgumentRules withVectors(Xmm... registers) {
        return new ArgumentRules(integer, List.of(registers), positional);
    }

    /** Returns these rules, counted by position or by class. */
    public ArgumentRules withPositional(boolean byPosition) {
        return new ArgumentRules(integer, vectors, byPosition);
    }

    /**
     * Returns where the arguments of a call are, in their order.
     *
     * <p>By position every argument has a word on the stack from the first position on that not all classes have a register
     * for, whether or not it is used: on Win64 the fifth argument is always in the first word above the shadow space.
     */
    public List<Place> places(Kind... kinds) {
        int firstWord = Math.min(integer.size(), vectors.size());
        int integers = 0;
        int floats = 0;
        int words = 0;
        List<Place> places = new ArrayList<>();
        for (int position = 0; position < kinds.length; position++) {
            boolean isInteger = kinds[position] == Kind.INTEGER;
            int number = positional ? position : isInteger ? integers++ : floats++;
            if (isInteger && number < integer.size()) {
                places.add(new Place.General(integer.get(number)));
            } else if (!isInteger && number < vectors.size()) {
                places.add(new Place.Vector(vectors.get(number)));
            } else {
                places.add(new Place.Stack(positional ? position - firstWord : words++));
            }
        }
        return places;
    }

    /** Returns where {@code count} integer arguments are, if there are no others. */
    public List<Place> integerPlaces(int count) {
        Kind[] kinds = new Kind[count];
        Arrays.fill(kinds, Kind.INTEGER);
        return places(kinds);
    }
}
