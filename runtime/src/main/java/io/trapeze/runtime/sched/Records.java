// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.sched;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.operand.Reg64;
import io.trapeze.runtime.preempt.SafePoint;
import io.trapeze.trampolines.Gobuf;
import io.trapeze.trampolines.abi.Abi;
import java.util.Map;

/**
 * The layouts of G, M and the shared record for one ABI.
 *
 * @param abi the ABI of the primitives
 * @param g a goroutine, its Gobuf first
 * @param m a carrier, g0's Gobuf first
 * @param shared what the carriers share
 */
record Records(Abi abi, Layout<GoroutineField> g, Layout<MachineField> m, Layout<SharedField> shared) {
    static Records of(Abi abi) {
        Gobuf gobuf = Gobuf.of(abi);
        return new Records(
                abi,
                // The primitives carry these two and never look at them; they lie in the Gobuf's first cache line.
                Layout.behind(
                        gobuf,
                        GoroutineField.class,
                        Map.of(GoroutineField.PREVIOUS, Gobuf.RET, GoroutineField.AHEAD, Gobuf.LR)),
                Layout.behind(gobuf, MachineField.class),
                Layout.of(SharedField.class));
    }

    /** Emits the writing of a goroutine's status. */
    void setStatus(Assembler a, Reg64 goroutine, GoroutineState state) {
        a.mov(g.at(goroutine, GoroutineField.STATUS), state.ordinal());
    }

    /** Where whoever preempts finds what it must know. */
    SafePoint safePoint() {
        return new SafePoint(
                m.offset(MachineField.CURRENT),
                m.offset(MachineField.TRAMPOLINE),
                g.offset(GoroutineField.STATUS),
                GoroutineState.RUNNING.ordinal(),
                g.offset(GoroutineField.PREEMPT_LOW),
                g.offset(GoroutineField.PREEMPT_HIGH),
                g.offset(GoroutineField.CODE_LOW),
                g.offset(GoroutineField.CODE_HIGH),
                abi.stack().interruptSkip());
    }
}
