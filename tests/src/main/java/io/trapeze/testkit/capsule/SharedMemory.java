// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.capsule;

import io.trapeze.runtime.code.NativeFunction;
import io.trapeze.runtime.memory.NativeMemory;
import io.trapeze.runtime.os.OperatingSystem;
import java.util.List;

/**
 * Memory that Java and a {@link Capsule} have at the same addresses: what probes need and code in the lowest two gigabytes,
 * stacks and Gobufs above four, so that half an address is no address.
 */
final class SharedMemory implements AutoCloseable {
    private static final int READ_WRITE = 3;
    private static final int SHARED = 1;
    private static final int LOWEST_GIGABYTES = 0x40;

    private static final int CONTROL_BYTES = 4096;
    private static final int CODE_BYTES = 256 * 1024;
    /** Bytes for whoever brings stacks and Gobufs. */
    static final int HIGH_BYTES = 64 * 1024;

    private final OperatingSystem os;
    private final long file;
    private final List<Part> parts;
    private final NativeMemory control;
    private final NativeMemory probes;
    private final NativeMemory code;
    private final NativeMemory high;

    /**
     * A part that is mapped in one piece.
     *
     * @param name of the section that it is in a file that is kept
     * @param offset in the file
     * @param code whether the capsule runs it, and can't write it
     */
    record Part(String name, long address, long bytes, long offset, boolean code) {}

    SharedMemory(OperatingSystem os) {
        this.os = os;
        int low = CONTROL_BYTES + ProbeMemory.BYTES;
        this.file = os.openMemoryFile("trapeze-capsule", low + CODE_BYTES + HIGH_BYTES);
        NativeFunction mmap = NativeFunction.at(os.symbol("mmap"));
        long address = mmap.call(0, low + CODE_BYTES, READ_WRITE, SHARED | LOWEST_GIGABYTES, file, 0);
        long top = mmap.call(0, HIGH_BYTES, READ_WRITE, SHARED, file, low + CODE_BYTES);
        if (address <= 0 || address + low + CODE_BYTES > Integer.MAX_VALUE || top <= 0) {
            unmap(address, low + CODE_BYTES);
            unmap(top, HIGH_BYTES);
            os.closeMemoryFile(file);
            throw new IllegalStateException("no memory for a capsule: mmap says 0x" + Long.toHexString(address)
                    + " and 0x" + Long.toHexString(top) + "; run with less of it taken");
        }
        this.parts = List.of(
                new Part(".data.probe", address, low, 0, false),
                new Part(".text.capsule", address + low, CODE_BYTES, low, true),
                new Part(".data.stacks", top, HIGH_BYTES, low + CODE_BYTES, false));
        this.control = over(address, CONTROL_BYTES);
        this.probes = over(address + CONTROL_BYTES, ProbeMemory.BYTES);
        this.code = over(address + low, CODE_BYTES);
        this.high = over(top, HIGH_BYTES);
    }

    private void unmap(long address, long bytes) {
        if (address > 0) {
            os.unmapMemoryFile(address, bytes);
        }
    }

    /** Where a process finds it in the file system while this one lives. */
    String path() {
        return "/proc/" + ProcessHandle.current().pid() + "/fd/" + file;
    }

    List<Part> parts() {
        return parts;
    }

    LowMemory control() {
        return new LowMemory(control);
    }

    NativeMemory probes() {
        return probes;
    }

    NativeMemory code() {
        return code;
    }

    NativeMemory high() {
        return high;
    }

    NativeMemory over(Part part) {
        return over(part.address(), part.bytes());
    }

    private static NativeMemory over(long address, long bytes) {
        return NativeMemory.over(address, bytes, () -> {});
    }

    /** Gives it back; again does nothing. */
    @Override
    public void close() {
        if (!control.isClosed()) {
            List.of(control, probes, code, high).forEach(NativeMemory::close);
            parts.forEach(part -> unmap(part.address(), part.bytes()));
            os.closeMemoryFile(file);
        }
    }
}
