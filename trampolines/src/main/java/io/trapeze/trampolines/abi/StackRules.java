// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines.abi;

import io.trapeze.emitter.Caller;

/**
 * What a calling convention says of the stack; all sizes in bytes.
 *
 * @param alignment RSP is a multiple of it before every {@code call}; a power of two, 16 to 64
 * @param shadow space the caller reserves above the return address for the callee's register arguments ("shadow space",
 *     "home space"); a multiple of 8, 0 to 128
 * @param redZone bytes below RSP that a leaf function may use without moving RSP; a multiple of 8, 0 to 256
 * @param interruptSkip bytes left untouched below an interrupted RSP; at least the red zone
 * @param machineFrames whether a walk can leave a stack only through a machine frame: the address to go on at, and
 *     {@link Caller#MACHINE_FRAME_RSP} bytes above it the RSP to go on with
 */
public record StackRules(int alignment, int shadow, int redZone, int interruptSkip, boolean machineFrames) {
    /** Makes the rules of a system whose walks need no machine frames. */
    public StackRules(int alignment, int shadow, int redZone, int interruptSkip) {
        this(alignment, shadow, redZone, interruptSkip, false);
    }

    /** Checks the ranges. */
    public StackRules {
        require(
                Integer.bitCount(alignment) == 1 && alignment >= 16 && alignment <= 64,
                "stack.alignment = " + alignment + ": must be 16, 32 or 64");
        require(
                shadow % 8 == 0 && shadow >= 0 && shadow <= 128,
                "stack.shadow = " + shadow + ": must be a multiple of 8 in 0 … 128");
        require(
                redZone % 8 == 0 && redZone >= 0 && redZone <= 256,
                "stack.red_zone = " + redZone + ": must be a multiple of 8 in 0 … 256");
        require(
                interruptSkip % 8 == 0 && interruptSkip >= redZone && interruptSkip <= 256,
                "stack.interrupt_skip = " + interruptSkip + ": must be a multiple of 8, at least the red zone ("
                        + redZone + ") and at most 256");
        require(
                !machineFrames || interruptSkip - redZone >= Caller.MACHINE_FRAME_RSP,
                "stack.interrupt_skip = " + interruptSkip + ": must be at least " + (redZone + Caller.MACHINE_FRAME_RSP)
                        + " where walks need machine frames, since an interrupt leaves RSP between the red zone ("
                        + redZone + ") and the address to go on at");
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new AbiException(message);
        }
    }

    /** Returns {@code bytes} rounded up to the alignment. */
    public int aligned(int bytes) {
        return bytes + alignment - 1 & -alignment;
    }
}
