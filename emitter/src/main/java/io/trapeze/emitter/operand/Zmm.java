// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.operand;

import io.trapeze.emitter.isa.RegisterClass;

/** A 512-bit vector register. */
public final class Zmm extends Register {
    Zmm(int code, String name) {
        super(RegisterClass.ZMM, code, name);
    }
}
