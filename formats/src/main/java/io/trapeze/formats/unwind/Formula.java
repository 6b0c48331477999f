// SPDX-License-Identifier: Apache-2.0
package io.trapeze.formats.unwind;

import io.trapeze.emitter.operand.Register;
import java.util.ArrayList;
import java.util.List;

/**
 * How to compute a value from a register: add the first offset; for each further one, load 8 bytes from there and add it.
 *
 * @param register what to start from
 * @param offsets in bytes; at least one
 */
public record Formula(Register register, List<Integer> offsets) {
    /** Copies the list. */
    public Formula {
        offsets = List.copyOf(offsets);
    }

    static Formula of(Register register, int offset) {
        return new Formula(register, List.of(offset));
    }

    /** Returns the formula of what lies at this address, plus {@code offset}. */
    Formula loaded(int offset) {
        List<Integer> longer = new ArrayList<>(offsets);
        longer.add(offset);
        return new Formula(register, longer);
    }

    /** Whether it needs no memory. */
    public boolean direct() {
        return offsets.size() == 1;
    }

    /** Returns the text, for example {@code [rsp + 0x8] + 0x188}. */
    @Override
    public String toString() {
        String text = register.name() + signed(offsets.get(0));
        for (int offset : offsets.subList(1, offsets.size())) {
            text = "[" + text + "]" + signed(offset);
        }
        return text;
    }

    static String signed(int offset) {
        return offset == 0 ? "" : (offset < 0 ? " - 0x" : " + 0x") + Integer.toHexString(Math.abs(offset));
    }
}
