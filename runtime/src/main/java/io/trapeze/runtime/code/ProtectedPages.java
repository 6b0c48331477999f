// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.code;

import io.trapeze.runtime.memory.NativeMemory;
import io.trapeze.runtime.os.HostException;
import io.trapeze.runtime.os.OperatingSystem;
import io.trapeze.runtime.os.Protection;

/**
 * Pages that are writable first and executable afterwards, for systems that refuse to map a memory file executable. Each block
 * has pages of its own, so that writing one never takes another's away from a thread that runs it.
 */
final class ProtectedPages implements CodePages {

    private final OperatingSystem os;
    private final NativeMemory memory;

    private ProtectedPages(OperatingSystem os, NativeMemory memory) {
        this.os = os;
        this.memory = memory;
    }

    static ProtectedPages open(OperatingSystem os, long bytes) {
        long address = os.mapCode(bytes);
        NativeMemory memory = NativeMemory.over(address, bytes, () -> os.unmap(address, bytes));
        try {
            os.protect(
                    memory.address(),
                    os.pageSize(),
                    Protection.READ_EXECUTE); // refused now rather than at the first blob
            return new ProtectedPages(os, memory);
        } catch (HostException refused) {
            memory.close();
            throw refused;
        }
    }

    @Override
    public long executableAddress() {
        return memory.address();
    }

    @Override
    public long size() {
        return memory.size();
    }

    @Override
    public int granule() {
        return os.pageSize();
    }

    @Override
    public boolean dualMapped() {
        return false;
    }

    @Override
    public void write(long offset, byte[] code) {
        long page = os.pageSize();
        long bytes = (code.length + page - 1) & -page;
        os.protect(memory.address() + offset, bytes, Protection.READ_WRITE);
        memory.putBytes(offset, code);
        os.protect(memory.address() + offset, bytes, Protection.READ_EXECUTE);
    }

    @Override
    public void close() {
        memory.close();
    }
}
