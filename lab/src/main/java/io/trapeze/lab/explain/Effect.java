// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.explain;

import io.trapeze.trampolines.abi.Abi;
import java.util.ArrayList;
import java.util.List;

/**
 * Something that an instruction changes.
 *
 * @param place a register, a field or a place on a stack
 * @param value what is there afterwards
 */
public record Effect(String place, String value) {
    /** Returns all effects of a step, flags apart: memory first, then registers, RSP and RIP last. */
    static List<Effect> of(Step step, Abi abi) {
        List<Effect> effects = new ArrayList<>();
        List<Effect> last = new ArrayList<>();
        step.made().memory().forEach((place, cell) -> {
            if (!step.before().cell(place).map(cell::equals).orElse(false)) {
                effects.add(new Effect(Memory.name(abi, place), cell.value().toString()));
            }
        });
        step.made().registers().forEach((name, value) -> {
            boolean same = step.before().registers().containsKey(name)
                    && step.before().register(name).equals(value);
            if (!same) {
                boolean control = name.equals(State.RSP) || name.equals(State.RIP);
                (control ? last : effects).add(new Effect(name, value.toString()));
            }
        });
        effects.addAll(last);
        return effects;
    }
}
