// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.diff;

import io.trapeze.emitter.decode.DecodedInstruction;
import io.trapeze.emitter.operand.Operand;
import io.trapeze.lab.abi.AbiRules;
import io.trapeze.lab.explain.Step;
import io.trapeze.lab.explain.Walk;
import java.util.List;

/**
 * One instruction of a primitive, with what it is for: the same for another convention that does the same with other registers.
 *
 * @param walk the code that it is a line of
 * @param rules those of the convention it is for
 * @param step the instruction
 * @param mnemonic what it does
 * @param key the mnemonic, and the part that each operand plays
 * @param text Intel syntax
 */
record Line(Walk walk, AbiRules rules, Step step, String mnemonic, String key, String text) {
    static List<Line> of(Walk walk) {
        Roles roles = new Roles(walk);
        AbiRules rules = AbiRules.of(walk.abi());
        return walk.steps().stream()
                .map(step -> new Line(
                        walk,
                        rules,
                        step,
                        step.mnemonic(),
                        step.mnemonic() + " " + String.join(", ", roles.of(step)),
                        step.instruction().text()))
                .toList();
    }

    String reason() {
        return step.instruction().reason();
    }

    /** Returns the path of the rule that it serves; empty for none. */
    String rule() {
        return rules.path(step.instruction().rule());
    }

    List<Operand> operands() {
        return step.decoded().map(DecodedInstruction::operands).orElse(List.of());
    }
}
