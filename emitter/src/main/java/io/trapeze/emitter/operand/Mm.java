// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.operand;

import io.trapeze.emitter.isa.RegisterClass;

/** An MMX register. It is the significand of an x87 register: {@code emms} makes room for x87 values again. */
public final class Mm extends Register {
    Mm(int code, String name) {
        super(RegisterClass.MMX, code, name);
    }
}
