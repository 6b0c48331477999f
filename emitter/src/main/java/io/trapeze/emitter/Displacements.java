// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter;

import java.util.Arrays;

/** Bytes in the code that hold a label's address, to be filled in when the code is laid out; five numbers each. */
final class Displacements {
    /** {@link #end} of one that holds the address itself, and not the distance from there. */
    static final int ABSOLUTE = -1;

    private static final int NUMBERS = 5;

    private int[] numbers = new int[NUMBERS * 8];
    private int used;

    /**
     * Adds one.
     *
     * @param at fixed bytes before it
     * @param end fixed bytes before the place it is counted from, or {@link #ABSOLUTE}
     * @param gaps gaps before it
     * @param label index of the label
     * @param addend what is added to the label's address
     */
    void add(int at, int end, int gaps, int label, int addend) {
        if (used == numbers.length) {
            numbers = Arrays.copyOf(numbers, used * 2);
        }
        numbers[used] = at;
        numbers[used + 1] = end;
        numbers[used + 2] = gaps;
        numbers[used + 3] = label;
        numbers[used + 4] = addend;
        used += NUMBERS;
    }

    int count() {
        return used / NUMBERS;
    }

    int at(int i) {
        return numbers[i * NUMBERS];
    }

    int end(int i) {
        return numbers[i * NUMBERS + 1];
    }

    int gaps(int i) {
        return numbers[i * NUMBERS + 2];
    }

    int label(int i) {
        return numbers[i * NUMBERS + 3];
    }

    int addend(int i) {
        return numbers[i * NUMBERS + 4];
    }

    void clear() {
        used = 0;
    }
}
