// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.sched;

import io.trapeze.trampolines.Gobuf;
import io.trapeze.trampolines.abi.Abi;

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
                Layout.behind(gobuf, GoroutineField.class),
                Layout.behind(gobuf, MachineField.class),
                Layout.of(SharedField.class));
    }
}
