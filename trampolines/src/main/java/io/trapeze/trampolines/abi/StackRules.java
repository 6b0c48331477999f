// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines.abi;

import static io.trapeze.trampolines.abi.AbiField.STACK_ALIGNMENT;
import static io.trapeze.trampolines.abi.AbiField.STACK_INTERRUPT_SKIP;
import static io.trapeze.trampolines.abi.AbiField.STACK_RED_ZONE;
import static io.trapeze.trampolines.abi.AbiField.STACK_SHADOW;

import io.trapeze.emitter.Caller;

/**
 * What a calling convention says of the stack; all sizes in bytes.
 *
 * @param alignment RSP is a multiple of it before every {@code call}; a power of two, 8 to 64
 * @param shadow space the caller reserves above the return address for the callee's register arguments ("shadow space",
 *     "home space"); a multiple of 8, 0 to 128
 * @param spill whether the caller reserves above the stack arguments 8 bytes for each argument that it passes in a register
 *     ("spill space")
 * @param redZone bytes below RSP that a leaf function may use without moving RSP; a multiple of 8, 0 to 256
 * @param interruptSkip bytes left untouched below an interrupted RSP; at least the red zone
 * @param machineFrames whether a walk can leave a stack only through a machine frame: the address to go on at, and
 *     {@link Caller#MACHINE_FRAME_RSP} bytes above it the RSP to go on with
 */
public record StackRules(
        int alignment, int shadow, boolean spill, int redZone, int interruptSkip, boolean machineFrames) {
    /** Makes the rules of a system whose walks need no machine frames and whose callers reserve no spill space. */
    public StackRules(int alignment, int shadow, int redZone, int interruptSkip) {
        this(alignment, shadow, false, redZone, interruptSkip, false);
    }

    /** Checks the ranges. */
    public StackRules {
        if (Integer.bitCount(alignment) != 1 || alignment < 8 || alignment > 64) {
            throw new AbiException(STACK_ALIGNMENT, alignment, "must be a power of two: 8, 16, 32 or 64");
        }
        if (shadow % 8 != 0 || shadow < 0 || shadow > 128) {
            throw new AbiException(STACK_SHADOW, shadow, "must be a multiple of 8 in 0 … 128");
        }
        if (redZone % 8 != 0 || redZone < 0 || redZone > 256) {
            throw new AbiException(STACK_RED_ZONE, redZone, "must be a multiple of 8 in 0 … 256");
        }
        if (interruptSkip % 8 != 0 || interruptSkip < redZone || interruptSkip > 256) {
            throw new AbiException(
                    STACK_INTERRUPT_SKIP,
                    interruptSkip,
                    "must be a multiple of 8, at least the red zone (" + redZone + ") and at most 256");
        }
        if (machineFrames && interruptSkip - redZone < Caller.MACHINE_FRAME_RSP) {
            throw new AbiException(
                    STACK_INTERRUPT_SKIP,
                    interruptSkip,
                    "must be at least " + (redZone + Caller.MACHINE_FRAME_RSP)
                            + " where walks need machine frames, since an interrupt leaves RSP between the red zone ("
                            + redZone + ") and the address to go on at");
        }
    }

    /** Returns these rules with another alignment. */
    public StackRules withAlignment(int bytes) {
        return new StackRules(bytes, shadow, spill, redZone, interruptSkip, machineFrames);
    }

    /** Returns these rules with another shadow space. */
    public StackRules withShadow(int bytes) {
        return new StackRules(alignment, bytes, spill, redZone, interruptSkip, machineFrames);
    }

    /** Returns these rules with spill space or without. */
    public StackRules withSpill(boolean reserved) {
        return new StackRules(alignment, shadow, reserved, redZone, interruptSkip, machineFrames);
    }

    /** Returns these rules with another red zone, and the bytes that an interrupt skips. */
    public StackRules withRedZone(int bytes, int skip) {
        return new StackRules(alignment, shadow, spill, bytes, skip, machineFrames);
    }

    /** Returns these rules with machine frames or without. */
    public StackRules withMachineFrames(boolean needed) {
        return new StackRules(alignment, shadow, spill, redZone, interruptSkip, needed);
    }

    /** Returns {@code bytes} rounded up to the alignment. */
    public int aligned(int bytes) {
        return bytes + alignment - 1 & -alignment;
    }
}
