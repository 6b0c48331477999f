// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.operand;

import io.trapeze.emitter.isa.RegisterClass;

/** A control register: {@code cr0}, {@code cr2}, {@code cr3}, {@code cr4} or {@code cr8}, the only ones there are. */
public final class CReg extends Register {
    CReg(int code, String name) {
        super(RegisterClass.CONTROL, code, name);
    }
}
