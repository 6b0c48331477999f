// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import io.trapeze.trampolines.abi.Abi;

/** The ABI that {@code --abi} names. */
final class AbiArgument {
    private AbiArgument() {}

    /**
     * Finds it.
     *
     * @throws picocli.CommandLine.TypeConversionException if there is none of that name; the message says which there are
     */
    static Abi of(String argument) {
        return new EmitCommand.AbiChoice().convert(argument);
    }
}
