// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter;

import io.trapeze.emitter.encoding.BranchRelaxation;
import io.trapeze.emitter.encoding.LittleEndian;
import io.trapeze.emitter.operand.Label;
import java.util.List;

/** Puts code together: fixed bytes, branches in the form that reaches, padding, and the distances to labels. */
final class Layout {
    private final BranchRelaxation relaxation;
    private final Branches branches;
    private final Displacements displacements;
    private final Distances distances;
    private final Labels labels;

    Layout(
            BranchRelaxation relaxation,
            Branches branches,
            Displacements displacements,
            Distances distances,
            Labels labels) {
        this.relaxation = relaxation;
        this.branches = branches;
        this.displacements = displacements;
        this.distances = distances;
        this.labels = labels;
    }

    /**
     * Returns the finished code.
     *
     * @param code the fixed bytes
     * @param size how many of them there are
     * @param relocations gets those of references to external symbols
     * @throws EncodingException if a label is not bound, or a branch does not reach
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
        for (int i = 0; i < displacements.count(); i++) {
            putDisplacement(bytes, i, relocations);
        }
        distances.write(bytes, labels, relaxation);
        return bytes;
    }

    private void requireBound() {
        for (int gap = 0; gap < relaxation.gaps(); gap++) {
            if (relaxation.isBranch(gap)) {
                labels.requireBound(labels.get(relaxation.label(gap)));
            }
        }
        for (int i = 0; i < displacements.count(); i++) {
            labels.requireBound(labels.get(displacements.label(i)));
        }
        distances.requireBound(labels);
    }

    private void putBranch(byte[] bytes, int gap, List<Relocation> relocations) {
        Label target = labels.get(relaxation.label(gap));
        int end = relaxation.end(gap);
        int distance = target.external() ? 0 : labels.offset(target, relaxation) - end;
        if (!relaxation.isLong(gap) && (target.external() || distance != (byte) distance)) {
            throw new EncodingException(
                    "cannot encode '" + Branches.mnemonic(branches.form(gap, relaxation)) + " "
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

    private void putDisplacement(byte[] bytes, int i, List<Relocation> relocations) {
        Label label = labels.get(displacements.label(i));
        int at = relaxation.position(displacements.at(i), displacements.gaps(i));
        int addend = displacements.addend(i);
        if (displacements.end(i) == Displacements.ABSOLUTE) {
            relocations.add(new Relocation(at, Relocation.Kind.ABSOLUTE_64, label.name(), addend));
            return;
        }
        int end = relaxation.position(displacements.end(i), displacements.gaps(i));
        int distance = label.external() ? 0 : labels.offset(label, relaxation) + addend - end;
        LittleEndian.put4(bytes, at, distance);
        if (label.external()) {
            relocations.add(new Relocation(at, Relocation.Kind.RELATIVE_32, label.name(), (long) addend + at - end));
        }
    }
}
