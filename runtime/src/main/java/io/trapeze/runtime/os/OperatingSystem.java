// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.os;

import io.trapeze.trampolines.abi.Abi;

/**
 * The operating system calls that Trapeze needs, and no others.
 *
 * <p>Addresses are raw; sizes are bytes. Whatever takes a range wants it to start at a multiple of {@link #pageSize()}. Any
 * call that the system refuses throws {@link HostException}. Implementations are thread-safe; none of these calls belongs
 * into a hot path (0.4 to 2 µs each through JNA, before the kernel's own time).
 */
public interface OperatingSystem {

    /**
     * The operating system of this machine. Looks at system properties first, so that an unsupported host is refused before
     * any native library is loaded.
     *
     * @throws UnsupportedHostException on another processor than x86-64, or a system that {@link Platform} does not let it run on
     */
    static OperatingSystem current() {
        Platform platform = Platform.current();
        platform.requireSupported();
        return switch (platform.family().orElseThrow()) {
            case LINUX -> Linux.instance();
            case WINDOWS -> Windows.instance();
            case MACOS -> MacOs.instance();
        };
    }

    /** The calling convention of this system's C code, the Java VM's included. */
    Abi abi();

    /** Bytes in a page: 4096 on x86-64. */
    int pageSize();

    // --- memory
    // -------------------------------------------------------------------------------------------------------

    /**
     * Maps zeroed, readable and writable memory.
     *
     * @return its address, a multiple of the page size
     */
    long map(long bytes);

    /**
     * Reserves memory of which most will never be touched: it takes address space at once, and real memory one page at a time
     * on first touch (never by huge pages). Only what was {@linkplain #commit committed} may be touched.
     *
     * @param alignment a power of two, at least a page
     * @return its address, a multiple of {@code alignment}
     */
    long reserve(long bytes, long alignment);

    /**
     * Makes part of a reservation zeroed, readable and writable memory. Where the system keeps account of memory it has promised,
     * it counts from now on; where it does not (Linux), nothing happens: all of a reservation is that already.
     */
    void commit(long address, long bytes);

    /** Changes what the pages of a range may be used for. */
    void protect(long address, long bytes, Protection protection);

    /** Gives a mapped range back, address space and all. */
    void unmap(long address, long bytes);

    /** Gives the memory of a private range without guards back but keeps its address space: it reads as zero afterwards. */
    void discard(long address, long bytes);

    /**
     * Whether {@link #guard} costs no mapping of its own, so that the number of guards is bounded by memory alone. Linux 6.13
     * and later.
     */
    boolean hasKernelGuardPages();

    /** Makes every access to the range fault, until it is unmapped. What the range held is lost. */
    void guard(long address, long bytes);

    /**
     * How many more mappings this process may have; {@link Long#MAX_VALUE} where there is no limit. A guard without
     * {@linkplain #hasKernelGuardPages() kernel guard pages} in the middle of a range takes two.
     */
    long mappingsLeft();

    // --- code
    // ---------------------------------------------------------------------------------------------------------

    /**
     * Maps readable and writable memory that {@link #protect} may make executable.
     *
     * @return its address, a multiple of the page size
     */
    long mapCode(long bytes);

    /**
     * Makes an anonymous file in memory that can be mapped several times.
     *
     * @param name shown in the system's list of mappings
     * @return a handle for {@link #mapMemoryFile} and {@link #closeMemoryFile}
     * @throws HostException also where the system has no such files
     */
    long openMemoryFile(String name, long bytes);

    /**
     * Maps a whole memory file. The mapping outlives its handle.
     *
     * @return the address
     */
    long mapMemoryFile(long file, long bytes, Protection protection);

    /** Gives a mapping of a memory file back, address space and all. */
    void unmapMemoryFile(long address, long bytes);

    /** Closes the handle; the memory lives on while it is mapped. */
    void closeMemoryFile(long file);

    /**
     * Lets a range be executed that was just written for the first time, by this mapping or another one: on a processor whose
     * instruction cache follows memory, as x86-64's does, only the system may have to know.
     */
    void publishCode(long address, long bytes);

    /**
     * Makes every running thread of this process fetch afresh the instructions that the caller has just written, as Intel's
     * manual asks of cross-modifying code (SDM volume 3, "Handling Self- and Cross-Modifying Code").
     */
    void synchronizeCode();

    /**
     * The address of a function of the C library.
     *
     * @throws HostException if there is none of this name
     */
    long symbol(String name);

    // --- threads
    // ------------------------------------------------------------------------------------------------------

    /** The kernel's number of the calling thread. */
    long currentThread();

    /** The kernel's number of this process. */
    int currentProcess();

    /** How threads of emitted code wait for one another. */
    ThreadCalls threadCalls();

    /** How a thread is made to stop where it is. */
    Interrupts interrupts();
}
