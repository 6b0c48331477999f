// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.operand;

/** The factor an index register is multiplied by. */
public enum Scale {
    /** Times 1. */
    X1,
    /** Times 2. */
    X2,
    /** Times 4. */
    X4,
    /** Times 8. */
    X8;

    /** Returns the factor: 1, 2, 4 or 8. */
    public int factor() {
        return 1 << ordinal();
    }
}
