// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.operand;

import io.trapeze.emitter.isa.RegisterClass;

/** An x87 register, counted from the top of the register stack: {@code st0} is the top (SDM vol. 1, section 8.1.2). */
public final class St extends Register {
    St(int code, String name) {
        super(RegisterClass.X87, code, name);
    }
}
