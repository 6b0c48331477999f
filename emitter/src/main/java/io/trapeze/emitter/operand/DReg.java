// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.operand;

import io.trapeze.emitter.isa.RegisterClass;

/** A debug register; {@code dr4} and {@code dr5} are other names of {@code dr6} and {@code dr7}. */
public final class DReg extends Register {
    DReg(int code, String name) {
        super(RegisterClass.DEBUG, code, name);
    }
}
