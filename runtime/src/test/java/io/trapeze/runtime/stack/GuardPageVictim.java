// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.stack;

import com.sun.jna.Pointer;
import io.trapeze.runtime.os.OperatingSystem;
import io.trapeze.runtime.os.RefusingOperatingSystem;

/** A process that writes to the lowest usable word of a stack, says so, then to the word below, and should not survive. */
final class GuardPageVictim {

    private GuardPageVictim() {}

    public static void main(String[] arguments) {
        OperatingSystem os = arguments[0].equals("kernel")
                ? OperatingSystem.current()
                : new RefusingOperatingSystem().withoutKernelGuardPages();
        StackSlab slab = StackSlab.open(os, 4, 64 * 1024);
        slab.acquire();
        int slot = slab.acquire();
        slab.release(slot);
        slab.trim();
        slot = slab.acquire();
        new Pointer(slab.low(slot)).setLong(0, 1);
        System.out.println("wrote the lowest word");
        System.out.printf("next 0x%016x%n", slab.low(slot) - 8);
        System.out.flush();
        new Pointer(slab.low(slot)).setLong(-8, 1);
        System.out.println("survived");
    }
}
