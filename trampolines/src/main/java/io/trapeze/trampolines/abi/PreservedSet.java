// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines.abi;

import static io.trapeze.trampolines.abi.AbiField.PRESERVED_GENERAL;
import static io.trapeze.trampolines.abi.AbiField.PRESERVED_MASKS;
import static io.trapeze.trampolines.abi.AbiField.PRESERVED_VECTORS;

import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.KReg;
import io.trapeze.emitter.operand.Register;
import io.trapeze.emitter.operand.Registers;
import java.util.Arrays;
import java.util.List;

/**
 * The registers that a callee gives back as it found them. RSP is always one of them.
 *
 * @param general general registers but RSP and RBP, in the order of their Gobuf slots
 * @param rbp whether RBP is preserved; it has a Gobuf field of its own
 * @param vectors vector registers with the width that is preserved, in the order of their slots
 * @param masks mask registers, in the order of their slots
 * @param overlap whether registers of arguments and results may be among them: a callee then gives back its arguments, too,
 *     and every register but the one that its result is in (Clang's {@code preserve_all} and {@code preserve_most})
 */
public record PreservedSet(
        List<IndexReg> general, boolean rbp, List<PreservedVector> vectors, List<KReg> masks, boolean overlap) {
    /** RSP alone. */
    public static final PreservedSet NONE = new PreservedSet(List.of(), false, List.of(), List.of(), false);

    /** Copies the lists and checks them. */
    public PreservedSet {
        general = List.copyOf(general);
        vectors = List.copyOf(vectors);
        masks = List.copyOf(masks);
        Contradictions.distinct(PRESERVED_GENERAL, general);
        Contradictions.distinct(PRESERVED_MASKS, masks);
        Contradictions.distinct(
                PRESERVED_VECTORS,
                vectors.stream()
                        .map(PreservedVector::number)
                        .map(n -> "vector register " + n)
                        .toList());
        if (general.contains(Registers.rbp)) {
            throw new AbiException(PRESERVED_GENERAL, "rbp has a Gobuf field of its own, say preserved.rbp = true");
        }
    }

    /** Returns this set with other general registers, in the order of their slots. */
    public PreservedSet withGeneral(IndexReg... registers) {
        return new PreservedSet(List.of(registers), rbp, vectors, masks, overlap);
    }

    /** Returns this set with RBP or without. */
    public PreservedSet withRbp(boolean preserved) {
        return new PreservedSet(general, preserved, vectors, masks, overlap);
    }

    /** Returns this set with other vectors, each as wide as its name says, in the order of their slots. */
    public PreservedSet withVectors(Register... registers) {
        return withVectors(Arrays.stream(registers).map(PreservedVector::of).toList());
    }

    /** Returns this set with other vectors, in the order of their slots. */
    public PreservedSet withVectors(List<PreservedVector> registers) {
        return new PreservedSet(general, rbp, registers, masks, overlap);
    }

    /** Returns this set with other mask registers, in the order of their slots. */
    public PreservedSet withMasks(KReg... registers) {
        return new PreservedSet(general, rbp, vectors, List.of(registers), overlap);
    }

    /** Returns this set, with arguments and results allowed to be in it or not. */
    public PreservedSet withOverlap(boolean allowed) {
        return new PreservedSet(general, rbp, vectors, masks, allowed);
    }

    /** Whether a register is preserved: of a vector, some of its bits. */
    public boolean contains(Register register) {
        if (register == Registers.rsp) {
            return true;
        }
        if (register == Registers.rbp) {
            return rbp;
        }
        return register.registerClass().vector()
                ? vectors.stream().anyMatch(v -> v.number() == register.number())
                : general.contains(register) || masks.contains(register);
    }
}
