// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import io.trapeze.trampolines.abi.Abi;

/** The calling conventions that a command line can name. Every command that takes one asks here. */
final class AbiChoice extends Choice<Abi> {
    AbiChoice() {
        super("ABI", Abi.builtIn().stream(), Abi::name);
    }
}
