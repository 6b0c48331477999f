// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.explain;

import io.trapeze.emitter.operand.Address;
import io.trapeze.emitter.operand.Reg64;
import io.trapeze.emitter.operand.Registers;
import io.trapeze.emitter.operand.Segment;
import java.util.Optional;
import java.util.function.Function;

/**
 * A place in memory.
 *
 * @param base what its address is counted from
 * @param offset bytes from there
 */
public record Place(Origin base, int offset) {
    /** Returns where an address leads, if it is a register plus a displacement. */
    public static Optional<Place> of(Address address, Function<Reg64, Value> registers) {
        if (address.index() != Address.NONE || address.base() == Address.RIP) {
            return Optional.empty();
        }
        if (address.base() == Address.NONE) {
            return address.segment() == Segment.NONE
                    ? Optional.empty()
                    : Optional.of(new Place(Memory.thread(address.segment()), address.displacement()));
        }
        return address.segment() == Segment.NONE
                ? Optional.of(registers
                        .apply(Registers.gp64(address.base()))
                        .plus(address.displacement())
                        .place())
                : Optional.empty();
    }

    Value address() {
        return new Value(base, offset);
    }

    Place plus(int bytes) {
        return new Place(base, offset + bytes);
    }
}
