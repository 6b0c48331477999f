// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines;

import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.KReg;
import io.trapeze.trampolines.abi.ArgumentRules.Place;
import io.trapeze.trampolines.abi.PreservedVector;
import java.util.HashMap;
import java.util.Map;

/**
 * The frame of a {@link CallBridge}; offsets in bytes from RSP at the call.
 *
 * <p>From low to high: what the callee may write (shadow space, stack arguments, spill space), vectors, mask registers, general
 * registers, the way back, the target's address, the control words. Only what is needed has a place.
 */
final class BridgeFrame {
    private static final int RETURN_ADDRESS = 8;

    private final BridgePlan plan;
    private final Map<Object, Integer> offsets = new HashMap<>();
    private int wayBack;
    private int target;
    private int controlWords;
    private final int size;

    BridgeFrame(BridgePlan plan) {
        this.plan = plan;
        int at = plan.call.bytes();
        if (!plan.savedVectors().isEmpty()) {
            at = at + 15 & -16; // Windows' unwind codes count vectors in 16 bytes
        }
        for (PreservedVector vector : plan.savedVectors()) {
            offsets.put(vector, at);
            at += Math.max(16, vector.bytes());
        }
        for (KReg mask : plan.savedMasks()) {
            offsets.put(mask, at);
            at += 8;
        }
        for (IndexReg register : plan.savedGeneral()) {
            offsets.put(register, at);
            at += 8;
        }
        if (plan.aligns()) {
            wayBack = at;
            at += 8;
        }
        if (plan.target.filter(BridgePlan.SLOT::equals).isPresent()) {
            target = at;
            at += 8;
        }
        if (plan.savesMxcsr() || plan.savesX87()) {
            controlWords = at;
            at += 8;
        }
        int above = plan.aligns() ? 0 : RETURN_ADDRESS + pushed();
        size = plan.to.stack().aligned(at + above) - above;
    }

    /** Returns the bytes below what was pushed, or below where RSP was aligned. */
    int size() {
        return size;
    }

    /** Returns the bytes that were pushed before. */
    int pushed() {
        return plan.scratchPushed ? 8 : 0;
    }

    /** Returns the most bytes that the bridge takes, the return address of its call included. */
    int largest() {
        int worstAlignment = plan.aligns() ? plan.to.stack().alignment() - 1 : 0;
        return size + worstAlignment + RETURN_ADDRESS;
    }

    /** Returns where a register is saved: a general one, a mask register or a {@link PreservedVector}. */
    int offset(Object register) {
        return offsets.get(register);
    }

    /** Returns where RSP before the alignment is kept. */
    int wayBack() {
        return wayBack;
    }

    /** Returns where the target's address is kept. */
    int target() {
        return target;
    }

    /** Returns where MXCSR is kept. */
    int mxcsr() {
        return controlWords;
    }

    /** Returns where the x87 control word is kept. */
    int x87() {
        return controlWords + 4;
    }

    /** Returns where a word for the callee is. */
    int outgoing(Place.Stack place) {
        return place.equals(BridgePlan.SLOT) ? target : plan.call.offset(place);
    }

    /** Returns where the caller left a stack argument, in bytes from RSP after the pushes. */
    int incoming(Place.Stack place) {
        return pushed() + RETURN_ADDRESS + plan.from.stack().shadow() + 8 * place.word();
    }
}
