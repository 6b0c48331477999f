// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.operand;

import io.trapeze.emitter.isa.RegisterClass;

/** A 256-bit vector register; {@code ymm16} to {@code ymm31} need an EVEX encoding. */
public final class Ymm extends Register {
    Ymm(int code, String name) {
        super(RegisterClass.YMM, code, name);
    }
}
