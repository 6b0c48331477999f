// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines.abi;

/**
 * Which floating-point control words a callee must preserve.
 *
 * @param mxcsr the control bits of MXCSR (rounding, exception masks, flush-to-zero, denormals-are-zero)
 * @param x87 the x87 control word
 */
public record ControlWords(boolean mxcsr, boolean x87) {
    /** Both, as System V (psABI 3.2.1) and Win64 ask. */
    public static final ControlWords PRESERVED = new ControlWords(true, true);
    /** Neither. */
    public static final ControlWords VOLATILE = new ControlWords(false, false);

    /** Whether any is preserved. */
    public boolean any() {
        return mxcsr || x87;
    }
}
