// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.isa;

import java.util.Set;
import java.util.stream.Collectors;

/**
 * One operand position of a form.
 *
 * @param kind what may stand here
 * @param broadcastBits the size of the element in memory that may stand for the whole vector; 0 if none may
 * @param marks what an EVEX form allows beside the operand
 * @param access what the instruction does to it
 */
public record OperandSpec(OperandKind kind, int broadcastBits, Set<Mark> marks, Access access) {
    /** Returns how many elements a broadcast one becomes; 0 if none may stand here. */
    public int lanes() {
        return broadcastBits == 0 ? 0 : kind.memoryBits() / broadcastBits;
    }

    @Override
    public String toString() {
        String broadcast = broadcastBits == 0 ? "" : "/m" + broadcastBits + "bcst";
        return kind.notation() + broadcast + marks.stream().map(Mark::toString).collect(Collectors.joining());
    }
}
