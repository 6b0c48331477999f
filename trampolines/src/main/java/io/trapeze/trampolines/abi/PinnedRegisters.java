// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines.abi;

import static io.trapeze.trampolines.abi.AbiField.PINNED_G;
import static io.trapeze.trampolines.abi.AbiField.PINNED_M;

import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.Registers;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Registers that no code uses for anything but one thing: at calls, at returns and between.
 *
 * @param g holds the goroutine that runs; every switch sets it
 * @param m holds the carrier that runs it; no switch changes it, so a goroutine that goes on elsewhere finds another there
 */
public record PinnedRegisters(Optional<IndexReg> g, Optional<IndexReg> m) {
    /** None. */
    public static final PinnedRegisters NONE = new PinnedRegisters(Optional.empty(), Optional.empty());

    /** Checks that they are two, and neither is RBP. */
    public PinnedRegisters {
        if (g.isPresent() && g.equals(m)) {
            throw new AbiException(
                    PINNED_M, g.get() + " is pinned to g already, and a register holds one value; choose another");
        }
        if (g.equals(Optional.of(Registers.rbp)) || m.equals(Optional.of(Registers.rbp))) {
            throw new AbiException(
                    g.equals(Optional.of(Registers.rbp)) ? PINNED_G : PINNED_M,
                    "rbp holds systemstack's way back while its thunk runs; choose another register");
        }
    }

    /** Returns these with another register for g. */
    public PinnedRegisters withG(IndexReg register) {
        return new PinnedRegisters(Optional.of(register), m);
    }

    /** Returns these with another register for m. */
    public PinnedRegisters withM(IndexReg register) {
        return new PinnedRegisters(g, Optional.of(register));
    }

    /** Returns those there are, g first. */
    public List<IndexReg> all() {
        return Stream.of(g, m).flatMap(Optional::stream).toList();
    }
}
