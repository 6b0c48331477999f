// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.oracle;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which elements of which shapes are tried, in a fixed order: so that a run can stop and go on, and a slice be had again.
 *
 * @param parts the shapes in order
 * @param size how many elements there are in all
 */
record Plan(List<Part> parts, long size) {
    private static final double GOLDEN = 0.6180339887498949;
    /** No shape is tried with fewer elements than this, unless it has fewer. */
    private static final long FEWEST = 40;

    /**
     * Some elements of one shape, none twice.
     *
     * @param count how many
     * @param first the number of the first
     * @param step from one to the next, past the end to the start again; it has no factor in common with the shape's size
     */
    record Part(Shape shape, long count, long first, long step) {
        /** Spreads {@code count} elements all over the shape, or takes all if it has fewer. */
        static Part spread(Shape shape, long count, long first) {
            long step = coprime((long) (shape.size() * GOLDEN), shape.size());
            return new Part(shape, Math.min(shape.size(), count), first, step);
        }

        long number(long i) {
            return (first + Math.multiplyExact(i, step)) % shape.size();
        }
    }

    /** What a plan gives its elements to. */
    interface Consumer {
        void accept(Shape shape, long number);
    }

    private static Plan of(List<Part> parts) {
        return new Plan(parts, parts.stream().mapToLong(Part::count).sum());
    }

    /** Takes the first whole rounds of each shape, up to as many elements of each as it needs for {@code wanted} in all. */
    static Plan rounds(List<Shape> shapes, long wanted) {
        long low = 1;
        long high = shapes.stream().mapToLong(Shape::size).max().orElseThrow();
        while (low < high) {
            long most = (low + high) / 2;
            if (shapes.stream().mapToLong(s -> s.wholeRounds(most)).sum() >= wanted) {
                high = most;
            } else {
                low = most + 1;
            }
        }
        List<Part> parts = new ArrayList<>();
        for (Shape shape : shapes) {
            parts.add(new Part(shape, shape.wholeRounds(low), 0, 1));
        }
        return of(parts);
    }

    /**
     * Leaves all shapes out but those of some instructions.
     *
     * @throws IllegalArgumentException if the plan has no shape of one of them
     */
    Plan only(Set<String> mnemonics) {
        List<Part> kept = parts.stream()
                .filter(part -> mnemonics.contains(part.shape().mnemonic()))
                .toList();
        Set<String> unknown = new TreeSet<>(mnemonics);
        kept.forEach(part -> unknown.remove(part.shape().mnemonic()));
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException("nothing to try is named " + String.join(", ", unknown)
                    + ": write names as the table does, without branches");
        }
        return of(kept);
    }

    /**
     * Takes about {@code wanted} elements from all over the shapes, of each in proportion to its part in {@code plan}.
     *
     * @param seed another one gives other elements
     */
    static Plan slice(Plan plan, long wanted, long seed) {
        Random random = new Random(seed);
        List<Part> parts = new ArrayList<>();
        for (Part whole : plan.parts()) {
            Shape shape = whole.shape();
            long share = (long) (whole.count() * (double) wanted / plan.size());
            long first = (long) (random.nextDouble() * shape.size());
            parts.add(Part.spread(shape, Math.max(FEWEST, share), first));
        }
        return of(parts);
    }

    /** Returns the first number from {@code start} on that has no factor in common with {@code size}. */
    private static long coprime(long start, long size) {
        long candidate = Math.max(1, start);
        while (gcd(candidate, size) != 1) {
            candidate++;
        }
        return candidate;
    }

    private static long gcd(long a, long b) {
        return b == 0 ? a : gcd(b, a % b);
    }

    /** Gives the elements from place {@code from} up to, and without, {@code to}. */
    void forEach(long from, long to, Consumer consumer) {
        long start = 0;
        for (Part part : parts) {
            long end = start + part.count();
            for (long i = Math.max(from, start); i < Math.min(to, end); i++) {
                consumer.accept(part.shape(), part.number(i - start));
            }
            start = end;
        }
    }
}
