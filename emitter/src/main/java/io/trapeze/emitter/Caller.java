// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter;

import io.trapeze.emitter.operand.Reg64;
import io.trapeze.emitter.operand.Register;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Where control goes when a piece of code is done, as its generator knows it: what a walk over the stack has to find.
 *
 * <p>{@link Assembler#unwind} notes it; {@code io.trapeze.formats.unwind} derives from it what holds at each instruction.
 */
public sealed interface Caller {
    /**
     * Where RSP is in a machine frame, in bytes from the address to go on at. It is what the processor pushes for an
     * interrupt: address, code segment, flags, RSP and stack segment, 8 bytes each (SDM vol. 3, section 6.14.2).
     */
    int MACHINE_FRAME_RSP = 24;

    /**
     * The caller of a function, whose first instruction comes next: RSP points to the address that it goes on at.
     *
     * @param registers what the function must leave as it was, besides RSP: what can be found again at each instruction
     * @param convention what the calls that the function makes leave as it was
     * @param skipped bytes above the return address that are no part of the function's frame; the caller's RSP is above them
     * @param interrupted whether the caller made no call: it may go on at any of its instructions, and whatever is in its
     *     volatile registers is of use
     * @param machineFrame whether the return address begins a machine frame, so that the caller's RSP is in memory, too
     */
    record Entered(
            List<? extends Register> registers,
            Convention convention,
            int skipped,
            boolean interrupted,
            boolean machineFrame)
            implements Caller {
        /** Copies the list. */
        public Entered {
            registers = List.copyOf(registers);
        }
    }

    /**
     * Somebody whose state is kept in memory, and who goes on in place of the caller.
     *
     * @param base points to that memory
     * @param stackPointer offset of RSP, in bytes, as it will be
     * @param programCounter offset of the address to go on at
     * @param registers offsets of the registers
     * @param machineFrame offset of a machine frame with the same stack pointer and program counter, if there is one
     */
    record Suspended(
            Reg64 base,
            int stackPointer,
            int programCounter,
            Map<Register, Integer> registers,
            OptionalInt machineFrame)
            implements Caller {
        /** Copies the map. */
        public Suspended {
            registers = Map.copyOf(registers);
        }
    }

    /**
     * What a call leaves as it was, besides RSP and the stack above the shadow space.
     *
     * @param preserved registers
     * @param shadow bytes above the return address that the function called may write
     */
    record Convention(List<? extends Register> preserved, int shadow) {
        /** Copies the list. */
        public Convention {
            preserved = List.copyOf(preserved);
        }
    }
}
