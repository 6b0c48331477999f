// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.check;

import io.trapeze.emitter.CodeBlob;
import io.trapeze.trampolines.Primitive;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;

/**
 * A primitive that is to be checked: code, and what it is said to be.
 *
 * @param primitive what it is said to do
 * @param abi the convention that it is said to keep
 * @param saveSet what {@link Primitive#ASYNC_PREEMPT} is said to save; the others do not look at it
 * @param code what runs, with the primitive's symbol in it: what the generator makes, or anything else
 */
public record Subject(Primitive primitive, Abi abi, SaveSet saveSet, CodeBlob code) {
    /**
     * Returns what the generator makes.
     *
     * @throws io.trapeze.trampolines.abi.AbiException if the ABI leaves too few scratch registers
     */
    public static Subject of(Primitive primitive, Abi abi, SaveSet saveSet) {
        return new Subject(primitive, abi, saveSet, primitive.emit(abi, saveSet));
    }

    /** Returns the same with other code. */
    public Subject with(CodeBlob other) {
        return new Subject(primitive, abi, saveSet, other);
    }

    /** Returns the narrowest save set with every register that it saves: what a processor must have to run it. */
    public SaveSet needs() {
        return primitive == Primitive.ASYNC_PREEMPT ? saveSet : SaveSet.neededBy(abi);
    }

    /** Returns what it is: {@code mcall of sysv}. */
    public String name() {
        return primitive.symbol() + " of " + abi.name()
                + (primitive == Primitive.ASYNC_PREEMPT ? ", " + saveSet.label() : "");
    }
}
