// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.operand;

import io.trapeze.emitter.isa.RegisterClass;

/** A segment register. */
public final class SReg extends Register {
    SReg(int code, String name) {
        super(RegisterClass.SEGMENT, code, name);
    }
}
