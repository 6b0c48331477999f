// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines.abi;

import static io.trapeze.trampolines.abi.AbiField.CALLS_ZERO;

import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.Register;
import io.trapeze.emitter.operand.Registers;
import io.trapeze.emitter.operand.Xmm;
import java.util.List;

/**
 * What is so whenever control passes from one function to another: at each call and at each return.
 *
 * @param directionFlag the direction flag
 * @param zero registers that are zero then, of vectors the low 128 bits: {@link IndexReg} or {@link Xmm}
 */
public record CallState(DirectionFlag directionFlag, List<Register> zero) {
    /** What a callee may expect of the direction flag. */
    public enum DirectionFlag {
        /** It is clear: strings go upwards (psABI 3.2.1; Microsoft, "x64 calling convention"). */
        CLEAR,
        /** Nothing: whoever needs it sets it. */
        UNSPECIFIED
    }

    /** The direction flag is clear, and that is all: System V and Win64. */
    public static final CallState USUAL = new CallState(DirectionFlag.CLEAR, List.of());

    /** Copies the list and checks it. */
    public CallState {
        zero = List.copyOf(zero);
        Contradictions.distinct(CALLS_ZERO, zero);
        for (Register register : zero) {
            if (register == Registers.rbp) {
                throw new AbiException(
                        CALLS_ZERO, "rbp holds systemstack's way back while its thunk runs; name another register");
            }
            if (!(register instanceof IndexReg || register instanceof Xmm && register.number() < 16)) {
                throw new AbiException(
                        CALLS_ZERO,
                        register + " cannot be kept zero; name a 64-bit general register or one of xmm0 to xmm15");
            }
        }
    }

    /** Returns this state with another rule for the direction flag. */
    public CallState withDirectionFlag(DirectionFlag rule) {
        return new CallState(rule, zero);
    }

    /** Returns this state with other registers that are zero. */
    public CallState withZero(Register... registers) {
        return new CallState(directionFlag, List.of(registers));
    }
}
