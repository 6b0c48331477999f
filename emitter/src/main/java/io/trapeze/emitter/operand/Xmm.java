// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.operand;

import io.trapeze.emitter.isa.RegisterClass;

/** A 128-bit vector register; {@code xmm16} to {@code xmm31} need an EVEX encoding. */
public final class Xmm extends Register {
    Xmm(int code, String name) {
        super(RegisterClass.XMM, code, name);
    }
}
