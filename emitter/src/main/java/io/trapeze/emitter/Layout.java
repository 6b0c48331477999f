// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter;

import io.trapeze.emitter.encoding.BranchRelaxation;
import io.trapeze.emitter.encoding.LittleEndian;
import io.trapeze.emitter.operand.Label;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Puts code together: fixed bytes, branches in the form that reaches, padding, and the distances to labels.
 *
 * <p>Until then it gathers what of the code is not fixed. Code without labels and alignment needs none.
 */
final class Layout {
    /** In the place of {@link Displacement#end}: the bytes hold the address itself, and not the distance from there. */
    static final int ABSOLUTE = -1;

    /** Bytes that are to hold a label's address, counted from a place; places are numbers of fixed bytes before them. */
    private record Displacement(int at, int end, int gaps, Label label, int addend) {}

    /** Bytes that are to hold how far one label is from another, and a number more. */
    private record Distance(int at, int bytes, int gaps, Label from, Label to, long addend) {}

    private final BranchRelaxation relaxation = new BranchRelaxation();
    private final Branches branches = new Branches();
    private final List<Displacement> displacements = new ArrayList<>();
    private final List<Distance> distances = new ArrayList<>();
    private final Labels labels = new Labels();
    private final Map<String, Label> symbols = new LinkedHashMap<>();

    Labels labels() {
        return labels;
    }

    /** Returns the labels that are symbols of the blob, by name, to add to. */
    Map<String, Label> symbols() {
        return symbols;
    }

    /** Returns the branches and alignments. */
    BranchRelaxation relaxation() {
        return relaxation;
    }

    /** Adds a branch behind {@code fixed} bytes. A descriptor of 0 means no such form. */
    void addBranch(int fixed, long shortForm, long longForm, Label target) {
        branches.set(relaxation.gaps(), shortForm, longForm);
        relaxation.addBranch(fixed, target.index(), Branches.shortBytes(shortForm), Branches.longBytes(longForm));
    }

    /** Adds four bytes behind {@code at} fixed ones that are to hold {@code label} + addend − {@code end}. */
    void addDisplacement(int at, int end, Label label, int addend) {
        displacements.add(new Displacement(at, end, relaxation.gaps(), label, addend));
    }

    /** Adds bytes behind {@code at} fixed ones that are to hold how far one label is from another. */
    void addDistance(int at, int bytes, Label from, Label to, long addend) {
        distances.add(new Distance(at, bytes, relaxation.gaps(), from, to, addend));
    }

    /** Forgets all of the code, and its labels. */
    void clear() {
        relaxation.clear();
        displacements.clear();
        distances.clear();
        labels.clear();
        symbols.clear();
    }

    // ---- what is known when bytes() has been called -----------------------------------------------------------------

    /** Returns the final offset of a bound label. */
    int offset(Label label) {
        return labels.offset(label, relaxation);
    }

    /**
     * Returns the final offsets of all symbols.
     *
     * @throws EncodingException if a symbol's label is not bound
     */
    Map<String, Integer> symbolOffsets() {
        Map<String, Integer> offsets = new LinkedHashMap<>();
        symbols.values().forEach(labels::requireBound);
        symbols.forEach((name, label) -> offsets.put(name, offset(label)));
        return offsets;
    }

    /** Returns the form that a branch has. */
    long branchForm(int gap) {
        return branches.form(gap, relaxation);
    }

    /**
     * Returns the finished code.
     *
     * @param code the fixed bytes
     * @param size how many of them there are
     * @param relocations gets those of references to external symbols
     * @throws EncodingException if a label is not bound, a branch does not reach, or a distance does not fit
     */
    byte[] bytes(byte[] code, int size, List<Relocation> relocations) {
        requireBound();
        labels.layOut(relaxation);
        byte[] bytes = new byte[relaxation.position(size, relaxation.gaps())];
        int copied = 0;
        for (int gap = 0; gap < relaxation.gaps(); gap++) {
            int fixed = relaxation.fixedBefore(gap);
            System.arraycopy(code, copied, bytes, relaxation.start(gap) - (fixed - copied), fixed - copied);
            copied = fixed;
            if (relaxation.isBranch(gap)) {
                putBranch(bytes, gap, relocations);
            } else {
                Padding.fill(bytes, relaxation.start(gap), relaxation.end(gap));
            }
        }
        System.arraycopy(code, copied, bytes, bytes.length - (size - copied), size - copied);
        for (Displacement displacement : displacements) {
            put(bytes, displacement, relocations);
        }
        for (int i = 0; i < distances.size(); i++) {
            putDistance(bytes, i);
        }
        return bytes;
    }

    private void requireBound() {
        for (int gap = 0; gap < relaxation.gaps(); gap++) {
            if (relaxation.isBranch(gap)) {
                labels.requireBound(labels.get(relaxation.label(gap)));
            }
        }
        displacements.forEach(displacement -> labels.requireBound(displacement.label()));
        distances.stream().flatMap(d -> Stream.of(d.from(), d.to())).forEach(labels::requireBound);
    }

    private void putBranch(byte[] bytes, int gap, List<Relocation> relocations) {
        Label target = labels.get(relaxation.label(gap));
        int end = relaxation.end(gap);
        int distance = target.external() ? 0 : offset(target) - end;
        if (!relaxation.isLong(gap) && (target.external() || distance != (byte) distance)) {
            throw new EncodingException(
                    "cannot encode '" + Branches.mnemonic(branchForm(gap)) + " "
                            + target + "' at offset 0x" + Integer.toHexString(relaxation.start(gap))
                            + ": the target is "
                            + (target.external() ? "external" : distance + " bytes away")
                            + ", and this instruction reaches only -128 … 127: let it branch to a jmp nearby",
                    gap);
        }
        branches.write(bytes, gap, relaxation, distance);
        if (target.external()) {
            relocations.add(
                    new Relocation(end - Integer.BYTES, Relocation.Kind.BRANCH_32, target.name(), -Integer.BYTES));
        }
    }

    private void put(byte[] bytes, Displacement d, List<Relocation> relocations) {
        int at = relaxation.position(d.at(), d.gaps());
        if (d.end() == ABSOLUTE) {
            relocations.add(
                    new Relocation(at, Relocation.Kind.ABSOLUTE_64, d.label().name(), d.addend()));
            return;
        }
        int end = relaxation.position(d.end(), d.gaps());
        LittleEndian.put4(bytes, at, d.label().external() ? 0 : offset(d.label()) + d.addend() - end);
        if (d.label().external()) {
            relocations.add(
                    new Relocation(at, Relocation.Kind.RELATIVE_32, d.label().name(), (long) d.addend() + at - end));
        }
    }

    private void putDistance(byte[] bytes, int index) {
        Distance d = distances.get(index);
        long value = d.addend() + offset(d.to()) - offset(d.from());
        if (!LittleEndian.fits(value, d.bytes())) {
            throw new EncodingException(
                    "the distance from '" + d.from() + "' to '" + d.to() + "' comes to " + value
                            + ", which does not fit in the " + 8 * d.bytes()
                            + " bits for it: write .word, .long or .quad",
                    relaxation.gaps() + index);
        }
        LittleEndian.put(bytes, relaxation.position(d.at(), d.gaps()), value, d.bytes());
    }
}
