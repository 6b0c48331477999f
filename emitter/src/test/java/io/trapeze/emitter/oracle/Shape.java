// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.oracle;

import io.trapeze.emitter.isa.Form;
import io.trapeze.emitter.isa.Mark;
import io.trapeze.emitter.operand.Decoration;
import io.trapeze.emitter.operand.Operand;
import io.trapeze.emitter.operand.Segment;
import java.util.ArrayList;
import java.util.List;

/**
 * One form with memory or without: the product of its axes and of what may be said of it besides, numbered.
 *
 * <p>The product has a <em>main</em> part, which is the address where there is one, else the tuple of registers, and a rest.
 * Counting goes through the main part in rounds. In each round every main choice meets another choice of the rest, and
 * which of them it meets first is scattered. So the first <i>n</i> rounds hold every main choice with <i>n</i> of the rest, and all rounds the
 * whole product, each element once.
 */
final class Shape {
    private final Form form;
    private final String mnemonic;
    private final List<Axis> axes;
    private final List<Decoration> decorations;
    private final int[] main;
    private final int[] rest;
    private final long mainSize;
    private final long restSize;

    /**
     * Makes a shape.
     *
     * @param mnemonic the name to call the form by
     * @param axes one for each operand
     */
    Shape(Form form, String mnemonic, List<Axis> axes) {
        this.form = form;
        this.mnemonic = mnemonic;
        this.axes = axes;
        boolean memory = axes.stream().anyMatch(Axis::memory);
        this.decorations = decorations(form, memory);
        List<Integer> leading = new ArrayList<>();
        List<Integer> others = new ArrayList<>();
        for (int i = 0; i < axes.size(); i++) {
            boolean leads = memory
                    ? axes.get(i).memory()
                    : form.operands().get(i).kind().register().isPresent();
            (leads ? leading : others).add(i);
        }
        this.main = leading.stream().mapToInt(i -> i).toArray();
        this.rest = others.stream().mapToInt(i -> i).toArray();
        this.mainSize = product(main);
        this.restSize = product(rest) * decorations.size();
    }

    /** Nothing, LOCK, each segment, each mask by merging and zeroing, and each of these with each rounding. */
    private static List<Decoration> decorations(Form form, boolean memory) {
        List<Decoration> all = new ArrayList<>(List.of(Decoration.NONE));
        if (form.lockable() && memory) {
            all.add(new Decoration(Decoration.LOCK));
        }
        if (form.segmentable()) {
            all.add(Decoration.in(Segment.FS));
            all.add(Decoration.in(Segment.GS));
        }
        for (int k = 1; form.allows(Mark.K) && k < 8; k++) {
            all.add(new Decoration(k));
            if (form.allows(Mark.Z) && !(memory && form.stores())) {
                all.add(new Decoration(k | Decoration.ZEROING));
            }
        }
        for (Decoration mask : memory ? List.<Decoration>of() : List.copyOf(all)) {
            if (form.allows(Mark.SAE)) {
                all.add(mask.and(new Decoration(Decoration.SAE)));
            }
            for (int mode = Decoration.RN_SAE; form.allows(Mark.ER) && mode <= Decoration.RZ_SAE; mode += 1 << 5) {
                all.add(mask.and(new Decoration(mode)));
            }
        }
        return all;
    }

    private long product(int[] operands) {
        long product = 1;
        for (int i : operands) {
            product = Math.multiplyExact(product, axes.get(i).size());
        }
        return product;
    }

    Form form() {
        return form;
    }

    String mnemonic() {
        return mnemonic;
    }

    List<Axis> axes() {
        return axes;
    }

    /** Returns how many elements there are. */
    long size() {
        return Math.multiplyExact(mainSize, restSize);
    }

    /** Returns how many elements the whole rounds among the first {@code most} are; one round at least. */
    long wholeRounds(long most) {
        return mainSize * Math.max(1, Math.min(restSize, most / mainSize));
    }

    /** Returns element {@code number}: writes the index on each axis into {@code indices}, and behind them that of its decoration. */
    void element(long number, int[] indices) {
        long address = number % mainSize;
        long round = number / mainSize;
        long other = (scattered(address) + round) % restSize;
        for (int i : main) {
            int size = axes.get(i).size();
            indices[i] = (int) (address % size);
            address /= size;
        }
        for (int i : rest) {
            int size = axes.get(i).size();
            indices[i] = (int) (other % size);
            other /= size;
        }
        indices[axes.size()] = (int) other;
    }

    /** Returns what is said besides of the element with these indices. */
    Decoration decoration(int[] indices) {
        return decorations.get(indices[axes.size()]);
    }

    /** Returns an element as an instruction to try. */
    Sample sample(long number) {
        int[] indices = new int[axes.size() + 1];
        element(number, indices);
        List<Operand> operands = new ArrayList<>();
        for (int i = 0; i < axes.size(); i++) {
            operands.add(axes.get(i).choices().get(indices[i]).operand());
        }
        return new Sample(mnemonic, operands, decoration(indices));
    }

    /** Returns 62 bits that depend on all bits of {@code number}: the finisher of the generator SplitMix64. */
    private static long scattered(long number) {
        long mixed = (number ^ number >>> 30) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ mixed >>> 27) * 0x94D049BB133111EBL;
        return (mixed ^ mixed >>> 31) >>> 2;
    }
}
