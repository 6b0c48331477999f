// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines;

import io.trapeze.emitter.operand.Register;
import io.trapeze.emitter.operand.Registers;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.PreservedVector;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Registers that the generators are told to forget, though the ABI preserves them: a deliberate lie, to see it found out.
 *
 * <p>A switch then neither saves nor restores them, so that whoever goes on finds what the other side left there. The ABI, the
 * layout of the Gobuf and the unwind rules stay as they are: they tell what should be. What no switch takes part in stays as
 * well: {@code systemstack} needs RBP for itself, and {@code async_preempt} saves by its save set, not by the ABI.
 *
 * @param registers the registers; a vector stands for all of it that is preserved, whatever its width
 */
public record Omission(Set<Register> registers) {
    /** Nothing is forgotten. */
    public static final Omission NONE = new Omission(Set.of());

    /** Copies the set. */
    public Omission {
        registers = Collections.unmodifiableSet(new LinkedHashSet<>(registers));
    }

    /** Forgets these. */
    public static Omission of(Register... registers) {
        return new Omission(new LinkedHashSet<>(List.of(registers)));
    }

    /** Whether anything is forgotten. */
    public boolean any() {
        return !registers.isEmpty();
    }

    /** Whether a register is forgotten. */
    public boolean names(Register register) {
        return registers.stream().anyMatch(r -> same(r, register));
    }

    /** Whether a vector is forgotten. */
    boolean names(PreservedVector vector) {
        return names(vector.register());
    }

    /**
     * Returns what an ABI has to be told to forget: everything that its switches save but RSP.
     *
     * @param abi the ABI
     */
    public static List<Register> candidates(Abi abi) {
        return Stream.of(
                        abi.preservedGeneral().stream(),
                        Stream.of(Registers.rbp).filter(r -> abi.preservesRbp()),
                        abi.preservedVectors().stream().map(PreservedVector::register),
                        abi.preserved().masks().stream())
                .<Register>flatMap(s -> s)
                .toList();
    }

    /**
     * Checks that an ABI preserves them all, as otherwise there is nothing to forget.
     *
     * @throws IllegalArgumentException if it does not; the message names the first that it does not
     */
    public void requirePreserved(Abi abi) {
        List<Register> candidates = candidates(abi);
        for (Register register : registers) {
            if (candidates.stream().noneMatch(c -> same(c, register))) {
                throw new IllegalArgumentException("'" + register + "' can't be omitted: "
                        + (register == Registers.rsp
                                ? "without it there is no switch"
                                : "ABI '" + abi.name() + "' does not preserve it, so no switch saves it")
                        + (candidates.isEmpty()
                                ? "; it preserves nothing that could be"
                                : candidates.stream()
                                        .map(Register::name)
                                        .collect(Collectors.joining(", ", "; it preserves ", ""))));
            }
        }
    }

    private static boolean same(Register a, Register b) {
        boolean vectors = a.registerClass().vector() && b.registerClass().vector();
        return a.equals(b) || vectors && a.number() == b.number();
    }

    /** Returns the names, separated by commas. */
    @Override
    public String toString() {
        return registers.stream().map(Register::name).collect(Collectors.joining(", "));
    }
}
