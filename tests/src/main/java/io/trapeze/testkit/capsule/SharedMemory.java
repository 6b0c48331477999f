// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.capsule;

import io.trapeze.runtime.code.NativeFunction;
import io.trapeze.runtime.memory.NativeMemory;
import io.trapeze.runtime.os.HostException;
import io.trapeze.runtime.os.OperatingSystem;
import java.util.List;

/**
 * Memory that Java and a {@link Capsule} have at the same addresses: what probes need and code in the lowest two gigabytes,
 * stacks and Gobufs above four, so that half an address is no address.
 */
final class SharedMemory implements AutoCloseable {
    private static final int READ_WRITE = 3;
    private static final int SHARED = 1;
    /** MAP_32BIT: somewhere in the second gigabyte. */
    private static final int SECOND_GIGABYTE = 0x40;

    /** MAP_FIXED_NOREPLACE: where it is told, or not at all. */
    private static final int THERE = 0x10_0000;
    /** What is left of the first gigabyte by a program, which is at four megabytes, and its heap behind it. */
    private static final long FIRST_PLACE = 0x800_0000;

    private static final long LAST_PLACE = 0x3F00_0000;
    private static final long BETWEEN_PLACES = 0x10_0000;

    private static final int ENOMEM = 12;

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
        long address = mapLow(mmap, low + CODE_BYTES);
        long top = mmap.call(0, HIGH_BYTES, READ_WRITE, SHARED, file, low + CODE_BYTES);
        if (address <= 0 || top <= 0) {
            unmap(address, low + CODE_BYTES);
            unmap(top, HIGH_BYTES);
            os.closeMemoryFile(file);
            throw new HostException(
                    "mmap",
                    top <= 0 ? HIGH_BYTES + " bytes" : low + CODE_BYTES + " bytes in the lowest two gigabytes",
                    ENOMEM,
                    "Run with less of it taken, such as a smaller -Xmx.");
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

    /**
     * Maps it in the lowest two gigabytes; returns 0 if nothing is free there. The kernel has a flag for half of them, which the
     * Java VM takes whole at times: JDK 25 puts the gigabyte for its classes anywhere.
     */
    private long mapLow(NativeFunction mmap, int bytes) {
        long address = mmap.call(0, bytes, READ_WRITE, SHARED | SECOND_GIGABYTE, file, 0);
        if (address > 0) {
            return address;
        }
        for (long place = FIRST_PLACE; place <= LAST_PLACE; place += BETWEEN_PLACES) {
            address = mmap.call(place, bytes, READ_WRITE, SHARED | THERE, file, 0);
            if (address == place) {
                return address;
            }
            unmap(address, bytes); // a kernel before 4.17 takes the place for a mere wish
        }
        return 0;
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
