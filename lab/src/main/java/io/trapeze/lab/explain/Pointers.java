// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.explain;

import io.trapeze.emitter.operand.Registers;
import io.trapeze.trampolines.abi.Abi;
import java.util.ArrayList;
import java.util.List;

/** Who points to a place. */
final class Pointers {
    private Pointers() {}

    /** Returns the general registers and the Gobuf fields that hold a value, RSP first. */
    static List<String> to(Value value, State state, Abi abi) {
        List<String> names = new ArrayList<>();
        for (int number : new int[] {4, 5, 0, 1, 2, 3, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}) {
            String name = Registers.gp64(number).name();
            if (state.registers().containsKey(name) && state.register(name).equals(value)) {
                names.add(name);
            }
        }
        state.memory().forEach((place, cell) -> {
            if (cell.value().equals(value) && place.base() instanceof Origin.Argument) {
                names.add(Memory.name(abi, place));
            }
        });
        return names;
    }
}
