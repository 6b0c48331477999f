// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines;

import io.trapeze.emitter.CodeBlob;
import io.trapeze.trampolines.abi.Abi;
import java.util.Arrays;
import java.util.Optional;

/** The four primitives, by name. */
public enum Primitive {
    /** Resumes a goroutine: {@link Gogo}. */
    GOGO("gogo"),
    /** Suspends a goroutine and runs a function on g0: {@link Mcall}. */
    MCALL("mcall"),
    /** Calls a function on g0's stack: {@link SystemStack}. */
    SYSTEMSTACK("systemstack"),
    /** Where an interrupted goroutine is sent: {@link AsyncPreempt}. */
    ASYNC_PREEMPT("async_preempt");

    private final String symbol;

    Primitive(String symbol) {
        this.symbol = symbol;
    }

    /** Returns the symbol that the primitive's blob defines. */
    public String symbol() {
        return symbol;
    }

    /**
     * Generates the primitive.
     *
     * @param saveSet the vector state that {@link #ASYNC_PREEMPT} saves; the others do not look at it
     * @throws io.trapeze.trampolines.abi.AbiException if the ABI leaves too few scratch registers
     */
    public CodeBlob emit(Abi abi, SaveSet saveSet) {
        return emit(abi, saveSet, Omission.NONE);
    }

    /**
     * Generates the primitive with registers forgotten that it should save.
     *
     * @param saveSet the vector state that {@link #ASYNC_PREEMPT} saves; the others do not look at it
     * @param omission what {@link #GOGO} and {@link #MCALL} forget, and {@link #SYSTEMSTACK} where it is an argument's register
     * @throws io.trapeze.trampolines.abi.AbiException if the ABI leaves too few scratch registers
     * @throws IllegalArgumentException if the ABI does not preserve what is to be forgotten
     */
    public CodeBlob emit(Abi abi, SaveSet saveSet, Omission omission) {
        omission.requirePreserved(abi);
        return switch (this) {
            case GOGO -> Gogo.emit(abi, omission);
            case MCALL -> Mcall.emit(abi, omission);
            case SYSTEMSTACK -> SystemStack.emit(abi, omission);
            case ASYNC_PREEMPT -> AsyncPreempt.emit(abi, saveSet);
        };
    }

    /** Finds a primitive by its symbol. */
    public static Optional<Primitive> named(String symbol) {
        return Arrays.stream(values()).filter(p -> p.symbol.equals(symbol)).findFirst();
    }
}
