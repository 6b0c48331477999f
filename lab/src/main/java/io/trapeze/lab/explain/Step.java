// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.explain;

import io.trapeze.emitter.Instruction;
import io.trapeze.emitter.decode.DecodedInstruction;
import java.util.Optional;

/**
 * One instruction on the way through a primitive.
 *
 * @param number from 1
 * @param decoded what its bytes say; empty for data and padding
 * @param before what holds before it
 * @param after what holds after it; after a call, once it has returned
 * @param inside what holds on entry to the function that it calls, if it calls one
 * @param followed whether all that it changes is known: otherwise what it writes is unknown from here on
 */
public record Step(
        int number,
        Instruction instruction,
        Optional<DecodedInstruction> decoded,
        State before,
        State after,
        Optional<State> inside,
        boolean followed) {
    /** Returns the state that the instruction itself makes: of a call that is the one on entry to the function called. */
    public State made() {
        return inside.orElse(after);
    }

    /** Returns the mnemonic; {@code nop} for padding. */
    public String mnemonic() {
        return instruction.form().map(form -> form.mnemonic()).orElse(instruction.padding() ? "nop" : "");
    }
}
