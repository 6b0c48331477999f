// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.operand;

import io.trapeze.emitter.isa.RegisterClass;

/** A 16-bit general register. */
public final class Reg16 extends Register {
    Reg16(int code, String name) {
        super(RegisterClass.GP16, code, name);
    }
}
