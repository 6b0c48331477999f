// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.operand;

import io.trapeze.emitter.isa.RegisterClass;

/** A 32-bit general register; writing one clears the upper half of its 64-bit register. */
public final class Reg32 extends Register {
    Reg32(int code, String name) {
        super(RegisterClass.GP32, code, name);
    }
}
