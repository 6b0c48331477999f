// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.diff;

import io.trapeze.emitter.decode.DecodedInstruction;
import io.trapeze.emitter.operand.Operand;
import io.trapeze.lab.explain.Step;
import io.trapeze.lab.explain.Walk;
import java.util.List;

/**
 * One instruction of a primitive, with what it is for: the same for another convention that does the same with other registers.
 *
 * @param walk the code that it is a line of
 * @param step the instruction
 * @param mnemonic what it does
 * @param key the mnemonic, and the part that each operand plays
 * @param text Intel syntax
 */
record Line(Walk walk, Step step, String mnemonic, String key, String text) {
    static List<Line> of(Walk walk) {
        Roles roles = new Roles(walk);
        return walk.steps().stream()
                .map(step -> new Line(
                        walk,
                        step,
                        step.mnemonic(),
                        step.mnemonic() + " " + String.join(", ", roles.of(step)),
                        step.instruction().text()))
                .toList();
    }

    String reason() {
        return step.instruction().reason();
    }

    String rule() {
        return step.instruction().rule();
    }

    List<Operand> operands() {
        return step.decoded().map(DecodedInstruction::operands).orElse(List.of());
    }
}
