// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines;

import io.trapeze.emitter.operand.IndexReg;

/** What a {@link CallBridge} calls. */
public sealed interface BridgeTarget {
    /**
     * A symbol that is defined elsewhere.
     *
     * @param name the symbol
     */
    record Symbol(String name) implements BridgeTarget {}

    /**
     * An address that is known when the bridge is generated.
     *
     * @param value the address
     */
    record Address(long value) implements BridgeTarget {}

    /**
     * An address that the caller passes in a register besides the arguments.
     *
     * @param register the register; none that carries an argument, is pinned or kept zero
     */
    record InRegister(IndexReg register) implements BridgeTarget {}

    /** An address that the caller passes as an integer argument before those of the signature. */
    record FirstArgument() implements BridgeTarget {}
}
