// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.operand;

import io.trapeze.emitter.isa.RegisterClass;

/** An AVX-512 mask register. */
public final class KReg extends Register {
    KReg(int code, String name) {
        super(RegisterClass.MASK, code, name);
    }
}
