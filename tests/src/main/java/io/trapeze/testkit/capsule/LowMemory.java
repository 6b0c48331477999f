// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.capsule;

import io.trapeze.emitter.operand.Address;
import io.trapeze.emitter.operand.Mem;
import io.trapeze.runtime.memory.NativeMemory;

/** Memory in the lowest two gigabytes: code reaches it by its address alone, when no register is free to point to it. */
record LowMemory(NativeMemory memory) {
    /** The address of a byte, as an immediate value or a displacement. */
    int address(int offset) {
        return (int) memory.address() + offset;
    }

    Mem.Qword qword(int offset) {
        return Mem.qword(Address.absolute(address(offset)));
    }
}
