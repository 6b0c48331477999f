// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.capsule;

import io.trapeze.emitter.operand.Address;
import io.trapeze.emitter.operand.Mem;
import io.trapeze.runtime.code.NativeFunction;
import io.trapeze.runtime.memory.NativeMemory;
import io.trapeze.runtime.os.OperatingSystem;

/** Memory in the lowest two gigabytes: code reaches it by its address alone, when no register is free to point to it. */
public record LowMemory(NativeMemory memory) {
    private static final int PROT_READ_WRITE = 3;
    private static final int MAP_PRIVATE_ANONYMOUS_32BIT = 0x02 | 0x20 | 0x40;

    /** Maps a block that lives as long as the process. */
    public static LowMemory allocate(OperatingSystem os, long bytes) {
        long address = NativeFunction.at(os.symbol("mmap"))
                .call(0, bytes, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS_32BIT, -1, 0);
        if (address <= 0 || address + bytes > Integer.MAX_VALUE) {
            throw new IllegalStateException("no memory in the lowest two gigabytes: mmap says 0x"
                    + Long.toHexString(address) + "; run with less of it taken");
        }
        return new LowMemory(NativeMemory.over(address, bytes, () -> {}));
    }

    /** The address of a byte, as an immediate value or a displacement. */
    public int address(int offset) {
        return (int) memory.address() + offset;
    }

    public Mem.Qword qword(int offset) {
        return Mem.qword(Address.absolute(address(offset)));
    }

    public Mem.Dword dword(int offset) {
        return Mem.dword(Address.absolute(address(offset)));
    }

    public Mem.Word word(int offset) {
        return Mem.word(Address.absolute(address(offset)));
    }
}
