// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.os;

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
     * @throws UnsupportedHostException on another system or processor than Linux on x86-64
     */
    static OperatingSystem current() {
        Platform.current().requireSupported();
        return Linux.instance();
    }

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
     * Maps zeroed, readable and writable memory of which most will never be touched: it takes address space at once, and real
     * memory one page at a time on first touch (never by huge pages).
     *
     * @param alignment a power of two, at least a page
     * @return its address, a multiple of {@code alignment}
     */
    long reserve(long bytes, long alignment);

    /** Changes what the pages of a range may be used for. */
    void protect(long address, long bytes, Protection protection);

    /** Gives a mapped range back, address space and all. */
    void unmap(long address, long bytes);

    /** Gives the memory of a private range back but keeps its address space: it reads as zero afterwards. Guards stay. */
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
     * Makes an anonymous file in memory that can be mapped several times.
     *
     * @param name shown in the system's list of mappings
     * @return a handle for {@link #mapMemoryFile} and {@link #closeMemoryFile}
     */
    long openMemoryFile(String name, long bytes);

    /**
     * Maps a whole memory file. The mapping outlives its handle.
     *
     * @return the address
     */
    long mapMemoryFile(long file, long bytes, Protection protection);

    /** Closes the handle; the memory lives on while it is mapped. */
    void closeMemoryFile(long file);

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

    // --- signals and threads
    // ------------------------------------------------------------------------------------------

    /** What the process does at present when {@code signal} arrives. */
    SignalAction signalAction(int signal);

    /**
     * Installs an action for the whole process.
     *
     * @return the action that was there before: to restore it, or to pass signals on to it
     */
    SignalAction installSignalAction(int signal, SignalAction action);

    /** The smallest alternate stack that the kernel accepts; grows with the vector registers of the processor. */
    long minimumSignalStack();

    /**
     * Sets the alternate signal stack of the calling thread. The kernel knows it per OS thread: the caller must be a platform
     * thread, and set {@link SignalStack#NONE} before the memory goes or the thread ends.
     *
     * @return the one it had
     */
    SignalStack installSignalStack(SignalStack stack);

    /** The kernel's number of the calling thread. */
    int currentThread();

    /** The kernel's number of this process. */
    int currentProcess();

    /**
     * Queues a signal for one thread of this process, with a value that its handler finds in {@code si_value}. A standard signal
     * that is still pending swallows the next.
     *
     * @param thread a number from {@link #currentThread()}
     * @throws HostException {@code ESRCH} if the thread has ended
     */
    void signalThread(int thread, int signal, long value);
}
