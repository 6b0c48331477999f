// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.code;

import io.trapeze.runtime.memory.NativeMemory;
import io.trapeze.runtime.os.OperatingSystem;
import io.trapeze.runtime.os.Protection;

/**
 * One memory file mapped twice: writable here, executable there. Code can join while other code runs. The file is sparse, so
 * only pages that hold code take memory.
 */
final class DualMappedPages implements CodePages {

    /** A line of the processor's caches: blocks never share one. */
    private static final int GRANULE = 64;

    private final NativeMemory writable;
    private final NativeMemory executable;

    private DualMappedPages(NativeMemory writable, NativeMemory executable) {
        this.writable = writable;
        this.executable = executable;
    }

    static DualMappedPages open(OperatingSystem os, String name, long bytes) {
        long file = os.openMemoryFile(name, bytes);
        try {
            NativeMemory writable = map(os, file, bytes, Protection.READ_WRITE);
            try {
                return new DualMappedPages(writable, map(os, file, bytes, Protection.READ_EXECUTE));
            } catch (RuntimeException refused) {
                writable.close();
                throw refused;
            }
        } finally {
            os.closeMemoryFile(file); // the two mappings keep the memory, and no descriptor is left to leak
        }
    }

    private static NativeMemory map(OperatingSystem os, long file, long bytes, Protection protection) {
        long address = os.mapMemoryFile(file, bytes, protection);
        return NativeMemory.over(address, bytes, () -> os.unmapMemoryFile(address, bytes));
    }

    @Override
    public long executableAddress() {
        return executable.address();
    }

    @Override
    public long size() {
        return executable.size();
    }

    @Override
    public int granule() {
        return GRANULE;
    }

    @Override
    public boolean dualMapped() {
        return true;
    }

    @Override
    public void write(long offset, byte[] code) {
        writable.putBytes(offset, code);
    }

    @Override
    public void close() {
        executable.close();
        writable.close();
    }
}
