// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.operand;

import io.trapeze.emitter.isa.RegisterClass;

/** A 64-bit general register; those that can be an index are {@link IndexReg}, which leaves out {@code rsp} alone. */
public abstract sealed class Reg64 extends Register permits IndexReg, StackPointer {
    Reg64(int code, String name) {
        super(RegisterClass.GP64, code, name);
    }
}
