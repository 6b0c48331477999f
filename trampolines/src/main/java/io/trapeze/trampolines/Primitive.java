// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines;

import io.trapeze.emitter.CodeBlob;
import io.trapeze.trampolines.abi.Abi;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.BiFunction;

/** The four primitives, by name. */
public enum Primitive {
    /** Resumes a goroutine: {@link Gogo}. */
    GOGO("gogo", (abi, saveSet) -> Gogo.emit(abi)),
    /** Suspends a goroutine and runs a function on g0: {@link Mcall}. */
    MCALL("mcall", (abi, saveSet) -> Mcall.emit(abi)),
    /** Calls a function on g0's stack: {@link SystemStack}. */
    SYSTEMSTACK("systemstack", (abi, saveSet) -> SystemStack.emit(abi)),
    /** Where an interrupted goroutine is sent: {@link AsyncPreempt}. */
    ASYNC_PREEMPT("async_preempt", AsyncPreempt::emit);

    private final String symbol;
    private final BiFunction<Abi, SaveSet, CodeBlob> generator;

    Primitive(String symbol, BiFunction<Abi, SaveSet, CodeBlob> generator) {
        this.symbol = symbol;
        this.generator = generator;
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
        return generator.apply(abi, saveSet);
    }

    /** Finds a primitive by its symbol. */
    public static Optional<Primitive> named(String symbol) {
        return Arrays.stream(values()).filter(p -> p.symbol.equals(symbol)).findFirst();
    }
}
