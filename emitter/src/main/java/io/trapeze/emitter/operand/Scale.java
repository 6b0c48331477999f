// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.operand;

/** The factor an index register is multiplied by. */
public enum Scale {
    X1,
    X2,
    X4,
    X8;

    /** Returns the factor: 1, 2, 4 or 8. */
    public int factor() {
        return 1 << ordinal();
    }
}
