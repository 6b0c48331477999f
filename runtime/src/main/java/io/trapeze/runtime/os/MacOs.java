// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.os;

import static io.trapeze.runtime.os.HostCall.Value.ADDRESS;
import static io.trapeze.runtime.os.HostCall.Value.EXPECTED;
import static io.trapeze.runtime.os.HostCall.constant;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import io.trapeze.emitter.operand.Segment;
import io.trapeze.trampolines.abi.Abi;

/**
 * macOS on x86-64. Constants and structure layouts are those of Apple's headers (XNU and Libc) for this processor.
 *
 * <p>Its system calls are private, so emitted code calls functions of the C library. Memory that becomes executable is mapped with
 * {@code MAP_JIT}, as a hardened process must; {@code pthread_jit_write_protect_np} has nothing to do on x86-64, where pages change
 * by {@code mprotect}.
 */
final class MacOs implements OperatingSystem {
    private static final long FAILED = -1;

    private static final int PROT_READ = 1;
    private static final int PROT_WRITE = 2;
    private static final int PROT_EXEC = 4;
    private static final int READ_WRITE = PROT_READ | PROT_WRITE;

    private static final int MAP_PRIVATE = 0x0002;
    private static final int MAP_FIXED = 0x0010;
    private static final int MAP_NORESERVE = 0x0040;
    private static final int MAP_JIT = 0x0800;
    private static final int MAP_ANON = 0x1000;

    private static final int SC_PAGESIZE = 29;

    /** {@code UL_COMPARE_AND_WAIT} and flags of {@code sys/ulock.h}. */
    private static final int UL_COMPARE_AND_WAIT = 1;

    private static final int ULF_WAKE_ALL = 0x100;
    private static final int ULF_NO_ERRNO = 0x0100_0000;

    /** The first word of a thread's own data is its {@code pthread_t} (Libpthread, tsd_private.h). */
    private static final ThreadPointer PTHREAD_SELF = new ThreadPointer(Segment.GS, 0);

    private static final String MEMORY_ADVICE = "Ask for less, or raise what limits it: `ulimit -v`.";
    private static final String CODE_ADVICE =
            "Something forbids memory that was written to be executed: a hardened Java VM needs the entitlement"
                    + " com.apple.security.cs.allow-jit.";

    private static MacOs instance;

    private final UnixCalls c;
    private final MacSignals signals;
    private final ThreadCalls threadCalls;
    private final int pageSize;

    /** Calls the system by {@code c}. */
    MacOs(UnixCalls c) {
        this.c = c;
        this.pageSize = Math.toIntExact(c.call("sysconf", SC_PAGESIZE));
        this.signals = new MacSignals(c);
        this.threadCalls = documentedOrPrivate();
    }

    /** The only one of this process. */
    static synchronized MacOs instance() {
        if (instance == null) {
            instance = new MacOs(new LibC());
        }
        return instance;
    }

    @Override
    public Abi abi() {
        return Abi.SYSTEM_V;
    }

    @Override
    public int pageSize() {
        return pageSize;
    }

    @Override
    public long map(long bytes) {
        return map(0, bytes, MAP_PRIVATE | MAP_ANON, MEMORY_ADVICE);
    }

    private long map(long at, long bytes, int flags, String advice) {
        if (bytes <= 0) {
            throw new IllegalArgumentException("a mapping of " + bytes + " bytes: ask for at least one");
        }
        long address = c.call("mmap", at, bytes, READ_WRITE, flags, -1, 0L);
        if (address == FAILED) {
            throw failure("mmap", bytes + " bytes, rw-", advice);
        }
        return address;
    }

    @Override
    public long reserve(long bytes, long alignment) {
        if (Long.bitCount(alignment) != 1 || alignment < pageSize) {
            throw new IllegalArgumentException(
                    "alignment " + alignment + " is not a power of two of at least a page (" + pageSize + ")");
        }
        long wide = Math.addExact(bytes, alignment - pageSize);
        long from = map(0, wide, MAP_PRIVATE | MAP_ANON | MAP_NORESERVE, MEMORY_ADVICE);
        long address = (from + alignment - 1) & -alignment;
        if (address > from) {
            unmap(from, address - from);
        }
        long end = address + bytes;
        if (from + wide > end) {
            unmap(end, from + wide - end);
        }
        return address;
    }

    @Override
    public void commit(long address, long bytes) {
        // All of a reservation is memory already: nothing is counted before the first touch.
    }

    @Override
    public void protect(long address, long bytes, Protection protection) {
        int bits = switch (protection) {
            case NONE -> 0;
            case READ_WRITE -> READ_WRITE;
            case READ_EXECUTE -> PROT_READ | PROT_EXEC;
        };
        if (c.callInt("mprotect", address, bytes, bits) != 0) {
            throw failure(
                    "mprotect",
                    range(address, bytes) + ", " + protection,
                    protection == Protection.READ_EXECUTE ? CODE_ADVICE : MEMORY_ADVICE);
        }
    }

    @Override
    public void unmap(long address, long bytes) {
        if (c.callInt("munmap", address, bytes) != 0) {
            throw failure(
                    "munmap", range(address, bytes), "Check that the range was mapped here and not given back before.");
        }
    }

    @Override
    public void discard(long address, long bytes) {
        map(
                address,
                bytes,
                MAP_PRIVATE | MAP_ANON | MAP_FIXED,
                MEMORY_ADVICE); // new, zeroed memory in the old one's place
    }

    @Override
    public boolean hasKernelGuardPages() {
        return false;
    }

    @Override
    public void guard(long address, long bytes) {
        protect(address, bytes, Protection.NONE);
    }

    @Override
    public long mappingsLeft() {
        return Long.MAX_VALUE;
    }

    @Override
    public long mapCode(long bytes) {
        return map(0, bytes, MAP_PRIVATE | MAP_ANON | MAP_JIT, CODE_ADVICE);
    }

    @Override
    public long openMemoryFile(String name, long bytes) {
        throw noMemoryFiles(name);
    }

    @Override
    public long mapMemoryFile(long file, long bytes, Protection protection) {
        throw noMemoryFiles(Long.toString(file));
    }

    @Override
    public void unmapMemoryFile(long address, long bytes) {
        throw noMemoryFiles(range(address, bytes));
    }

    @Override
    public void closeMemoryFile(long file) {
        throw noMemoryFiles(Long.toString(file));
    }

    private static HostException noMemoryFiles(String which) {
        int enosys = 78;
        return new HostException(
                "memory file",
                which,
                enosys,
                Errno.describeOnMacOs(enosys),
                "macOS has none that may be executed; pages are written first and made executable then.");
    }

    @Override
    public void publishCode(long address, long bytes) {
        c.call("sys_icache_invalidate", address, bytes);
    }

    @Override
    public void synchronizeCode() {
        // Pages that change between writable and executable have the kernel interrupt the other processors to forget
        // them, and
        // a return from an interrupt serializes; there is no call for it alone.
    }

    @Override
    public long symbol(String name) {
        try {
            return c.symbol(name);
        } catch (UnsatisfiedLinkError missing) {
            int enoent = Errno.ENOENT.number;
            HostException failure = new HostException(
                    "dlsym",
                    "\"" + name + "\"",
                    enoent,
                    Errno.describeOnMacOs(enoent),
                    "Check its spelling: `man 3 " + name + "`.");
            failure.initCause(missing);
            throw failure;
        }
    }

    @Override
    public long currentThread() {
        Memory number = UnixCalls.structure(Long.BYTES);
        int error = c.callInt("pthread_threadid_np", Pointer.NULL, number);
        if (error != 0) {
            throw new HostException(
                    "pthread_threadid_np",
                    "",
                    error,
                    Errno.describeOnMacOs(error),
                    "Only a thread that is ending has no number.");
        }
        return number.getLong(0);
    }

    @Override
    public int currentProcess() {
        return c.callInt("getpid");
    }

    @Override
    public ThreadCalls threadCalls() {
        return threadCalls;
    }

    /** Waiting on an address is documented from macOS 14.4 on; before, its C++ library did it by private calls. */
    private ThreadCalls documentedOrPrivate() {
        HostCall giveWay = HostCall.function(c.symbol("sched_yield"));
        try {
            HostCall.Argument size = constant(Integer.BYTES);
            HostCall.Argument flags = constant(0);
            return new ThreadCalls(
                    HostCall.function(c.symbol("os_sync_wait_on_address"), ADDRESS, EXPECTED, size, flags),
                    HostCall.function(c.symbol("os_sync_wake_by_address_any"), ADDRESS, size, flags),
                    HostCall.function(c.symbol("os_sync_wake_by_address_all"), ADDRESS, size, flags),
                    giveWay,
                    PTHREAD_SELF);
        } catch (UnsatisfiedLinkError older) {
            long wake = symbol("__ulock_wake");
            HostCall.Argument one = constant(UL_COMPARE_AND_WAIT | ULF_NO_ERRNO);
            HostCall.Argument all = constant(UL_COMPARE_AND_WAIT | ULF_WAKE_ALL | ULF_NO_ERRNO);
            return new ThreadCalls(
                    HostCall.function(symbol("__ulock_wait"), one, ADDRESS, EXPECTED, constant(0)),
                    HostCall.function(wake, one, ADDRESS, constant(0)),
                    HostCall.function(wake, all, ADDRESS, constant(0)),
                    giveWay,
                    PTHREAD_SELF);
        }
    }

    @Override
    public Signals interrupts() {
        return signals;
    }

    @Override
    public String toString() {
        return "macOS";
    }

    private HostException failure(String call, String arguments, String advice) {
        return failure(call, arguments, c.errno(), advice);
    }

    static HostException failure(String call, String arguments, int error, String advice) {
        return new HostException(call, arguments, error, Errno.describeOnMacOs(error), advice);
    }

    private static String range(long address, long bytes) {
        return "0x" + Long.toHexString(address) + ", " + bytes + " bytes";
    }
}
