// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.sched;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.Reg64;
import io.trapeze.runtime.preempt.SafePoint;
import io.trapeze.trampolines.Gobuf;
import io.trapeze.trampolines.Omission;
import io.trapeze.trampolines.abi.Abi;
import java.util.Map;

/**
 * The layouts of G, M and the shared record, and the two calling conventions that meet at them.
 *
 * @param host the ABI of Java and of C code here
 * @param convention of the goroutines and the primitives
 * @param g a goroutine, its Gobuf first
 * @param m a carrier, g0's Gobuf first
 * @param shared what the carriers share
 */
record Records(
        Abi host, Convention convention, Layout<GoroutineField> g, Layout<MachineField> m, Layout<SharedField> shared) {
    /** Makes the layouts for goroutines that live by the host's ABI. */
    static Records of(Abi host) {
        return of(host, host, Omission.NONE);
    }

    /**
     * Makes the layouts.
     *
     * @param abi of the goroutines
     * @param omission what their switches are told to forget
     * @throws io.trapeze.trampolines.abi.AbiException if goroutines can't live by that ABI here
     */
    static Records of(Abi host, Abi abi, Omission omission) {
        Convention convention = Convention.of(abi, host, omission);
        Gobuf gobuf = Gobuf.of(convention.abi());
        return new Records(
                host,
                convention,
                // The primitives carry these two and never look at them; they lie in the Gobuf's first cache line.
                Layout.behind(
                        gobuf,
                        GoroutineField.class,
                        Map.of(GoroutineField.PREVIOUS, Gobuf.RET, GoroutineField.AHEAD, Gobuf.LR)),
                Layout.behind(gobuf, MachineField.class),
                Layout.of(SharedField.class));
    }

    /** Returns the ABI of the goroutines and the primitives. */
    Abi abi() {
        return convention.abi();
    }

    /** Returns the register that holds the running goroutine in bodies. */
    IndexReg goroutine() {
        return convention.g();
    }

    /** Whether goroutines live by another ABI than the host's code, so that something lies between the two. */
    boolean isForeign() {
        return !abi().equals(host);
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
                abi().stack().interruptSkip());
    }
}
