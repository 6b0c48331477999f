// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.operand;

/** The register {@code rsp}: as an index its number means "no index", so its type is not an {@link IndexReg}. */
public final class StackPointer extends Reg64 {
    StackPointer() {
        super(4, "rsp");
    }
}
