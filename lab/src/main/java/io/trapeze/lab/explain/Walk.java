// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.explain;

import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.Instruction;
import io.trapeze.emitter.decode.DecodedInstruction;
import io.trapeze.trampolines.Primitive;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A primitive's code from its first instruction to its last, with what registers and memory hold at each. Branches are taken not
 * to be.
 *
 * @param abi the convention it was generated for
 * @param blob the code
 * @param signature what it is called with
 * @param steps one for each instruction
 */
public record Walk(Primitive primitive, Abi abi, CodeBlob blob, Signature signature, List<Step> steps) {
    /** Copies the list. */
    public Walk {
        steps = List.copyOf(steps);
    }

    /**
     * Generates a primitive and walks through it.
     *
     * @param saveSet the vectors that {@link Primitive#ASYNC_PREEMPT} saves
     * @throws io.trapeze.trampolines.abi.AbiException if it can't be generated for this convention
     */
    public static Walk through(Primitive primitive, Abi abi, SaveSet saveSet) {
        CodeBlob blob = primitive.emit(abi, saveSet);
        Signature signature = Signature.of(primitive, abi);
        Machine machine = new Machine(abi, signature);
        List<Step> steps = new ArrayList<>();
        State before = machine.state().copy();
        for (Instruction instruction : blob.instructions()) {
            Optional<DecodedInstruction> decoded = instruction.decoded();
            Optional<State> inside = machine.step(instruction, decoded);
            State after = machine.state().copy();
            steps.add(new Step(steps.size() + 1, instruction, decoded, before, after, inside, machine.followed()));
            before = after;
        }
        return new Walk(primitive, abi, blob, signature, steps);
    }

    /** Returns what a place is called: a field of a Gobuf or of the thread block, or just the stack. */
    public String name(Place place) {
        String name = Memory.name(abi, place);
        return name.startsWith("[") ? "memory" : name;
    }

    /** Returns the field of a Gobuf that lies at a place, if one does. */
    public Optional<String> field(Place place) {
        return Memory.field(abi, place);
    }

    /** Returns the steps that call a function. */
    public List<Step> calls() {
        return steps.stream().filter(step -> step.inside().isPresent()).toList();
    }

    /** Whether control gets to the end of the code: it does not if a trap stands there, behind a call that never returns. */
    public boolean ends() {
        return !steps.get(steps.size() - 1).mnemonic().equals("ud2");
    }
}
