// SPDX-License-Identifier: Apache-2.0
package io.trapeze.formats.unwind;

import io.trapeze.emitter.Caller;
import io.trapeze.emitter.operand.Register;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What holds before the instruction at an offset, and, if that is a call, until it returns.
 *
 * @param offset bytes from the blob's start
 * @param cfa the canonical frame address: the caller's RSP when it goes on
 * @param pc where the address that the caller goes on at is
 * @param registers where the caller's registers are, each one that can be found again
 * @param machineFrame the address of a {@linkplain Caller#MACHINE_FRAME_RSP machine frame} with the caller's program counter
 *     and the CFA, if there is one
 */
public record UnwindRow(
        int offset, Formula cfa, Rule pc, Map<Register, Rule> registers, Optional<Formula> machineFrame) {
    /** Copies the map, keeping its order. */
    public UnwindRow {
        registers = Collections.unmodifiableMap(new LinkedHashMap<>(registers));
    }

    /** Whether the same rules hold as in another row. */
    public boolean saysTheSameAs(UnwindRow other) {
        return cfa.equals(other.cfa) && pc.equals(other.pc) && registers.equals(other.registers);
    }
}
