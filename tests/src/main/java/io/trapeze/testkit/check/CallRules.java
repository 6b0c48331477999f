// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.check;

import io.trapeze.emitter.operand.Reg64;
import io.trapeze.emitter.operand.Register;
import io.trapeze.testkit.state.Part;
import io.trapeze.testkit.state.RegisterState;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.AbiField;
import io.trapeze.trampolines.abi.ArgumentRules.Place;
import io.trapeze.trampolines.abi.CallState.DirectionFlag;
import io.trapeze.trampolines.abi.PreservedVector;
import io.trapeze.trampolines.abi.ThreadBlock;
import java.util.List;

/** What a convention asks at calls and returns, of the stack and of registers that nobody preserves. */
record CallRules(Abi abi) {
    /** More than any primitive takes of g0's stack, and less than the stacks lie apart. */
    private static final long MOST_BELOW = 1024;

    /** Bytes above its return address that a callee may write: homes, and arguments on the stack. */
    int calleesBytes(int arguments) {
        return calleesBytes(abi.arguments().integerPlaces(arguments));
    }

    /** The same for arguments that are in these places. */
    int calleesBytes(List<Place> places) {
        int words = 0;
        int spilled = 0;
        for (Place place : places) {
            if (place instanceof Place.Stack stack) {
                words = Math.max(words, stack.word() + 1);
            } else if (abi.stack().spill()) {
                spilled++;
            }
        }
        return abi.stack().shadow() + 8 * (words + spilled);
    }

    /** Requires that a callee was entered aligned, and that all it may write lies below {@code top}. */
    void requireFit(String where, long rsp, long top, int arguments) {
        requireFit(where, rsp, top, abi.arguments().integerPlaces(arguments));
    }

    /** The same for arguments that are in these places. */
    void requireFit(String where, long rsp, long top, List<Place> arguments) {
        int alignment = abi.stack().alignment();
        Expect.equal(
                where, "rsp, mod " + alignment, 0L, rsp + 8 & alignment - 1, AbiField.STACK_ALIGNMENT.is(alignment));
        Expect.that(
                where,
                "rsp",
                rsp + 8 + calleesBytes(arguments) <= top,
                AbiField.STACK_SHADOW.is(abi.stack().shadow())
                        + ": what the callee may write lies below rsp as it was");
    }

    /** Requires that a callee was entered on the stack whose RSP was {@code top}, and not far below. */
    void requireOnStack(String where, long rsp, long top, String rule) {
        Expect.that(where, "rsp", rsp < top && top - rsp <= MOST_BELOW, rule);
    }

    /** Requires the goroutine in the register that is pinned to it, and the carrier as in a state before. */
    void requirePinned(String where, RegisterState before, RegisterState state, long g) {
        abi.pinned().g().ifPresent(r -> Expect.equal(where, r.name(), g, state.get(r), AbiField.PINNED_G.is(r)));
        abi.pinned()
                .m()
                .ifPresent(r -> Expect.equal(where, r.name(), before.get(r), state.get(r), AbiField.PINNED_M.is(r)));
    }

    /** Clears the flags that are clear at calls; nobody has a trap or an alignment check then. */
    void clearFlags(RegisterState state) {
        long cleared = RegisterState.ALIGNMENT_CHECK | RegisterState.TRAP;
        cleared |= abi.calls().directionFlag() == DirectionFlag.CLEAR ? RegisterState.DIRECTION : 0;
        state.setFlags(state.flags() & ~cleared);
    }

    /** Makes zero what is zero at calls. */
    void zero(RegisterState state) {
        for (Register register : abi.calls().zero()) {
            if (register instanceof Reg64 general) {
                state.set(general, 0);
            } else {
                state.quieten(Part.of(new PreservedVector(register.number(), 128)));
            }
        }
    }

    /** Requires zero in every register that is zero at calls and returns. */
    void requireZero(String where, RegisterState state) {
        for (Register register : abi.calls().zero()) {
            String rule = AbiField.CALLS_ZERO.of(register);
            if (register instanceof Reg64 general) {
                Expect.equal(where, register.name(), 0L, state.get(general), rule);
            } else {
                Expect.equal(where, register.name(), new byte[16], state.vector(register.number(), 16), rule);
            }
        }
    }

    /** Requires the direction flag clear where the ABI has it clear. */
    void requireDirection(String where, RegisterState state) {
        if (abi.calls().directionFlag() == DirectionFlag.CLEAR) {
            Expect.equal(
                    where,
                    "DF",
                    0L,
                    state.flags() & RegisterState.DIRECTION,
                    AbiField.CALLS_DIRECTION_FLAG.is("clear"));
        }
    }

    /** Requires that no x87 register is in use. */
    void requireX87Empty(String where, RegisterState state) {
        Expect.that(where, "x87 tag word", state.x87IsEmpty(), "calls and returns find all eight x87 registers free");
    }

    /** Requires stack bounds in the thread block. */
    void requireBounds(String where, List<Long> expected, List<Long> found) {
        List<ThreadBlock.Field> fields = abi.threadFields();
        for (int i = 0; i < expected.size(); i++) {
            String field = fields.get(i).name();
            Expect.equal(where, field, expected.get(i), found.get(i), AbiField.THREAD_STACK_BOUNDS.of(field));
        }
    }
}
