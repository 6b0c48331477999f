// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.os;

import static io.trapeze.runtime.os.HostCall.Value.ADDRESS;
import static io.trapeze.runtime.os.HostCall.Value.EXPECTED;
import static io.trapeze.runtime.os.HostCall.constant;

import io.trapeze.emitter.operand.Segment;
import io.trapeze.trampolines.abi.Abi;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * Linux on x86-64. Constants and structure layouts are those of the kernel's and the C library's headers for this
 * processor.
 */
final class Linux implements OperatingSystem {

    private static final long FAILED = -1;

    private static final int PROT_READ = 1;
    private static final int PROT_WRITE = 2;
    private static final int PROT_EXEC = 4;
    private static final int READ_WRITE = PROT_READ | PROT_WRITE;

    private static final int MAP_SHARED = 0x01;
    private static final int MAP_PRIVATE = 0x02;
    private static final int MAP_ANONYMOUS = 0x20;
    private static final int MAP_NORESERVE = 0x4000;

    private static final int MADV_DONTNEED = 4;
    private static final int MADV_NOHUGEPAGE = 15;
    private static final int MADV_GUARD_INSTALL = 102;

    private static final int MFD_CLOEXEC = 0x1;
    private static final int MFD_EXEC = 0x10;

    private static final int SYS_SCHED_YIELD = 24;
    private static final long SYS_GETTID = 186;
    private static final int SYS_FUTEX = 202;
    private static final long SYS_MEMBARRIER = 324;

    private static final long MEMBARRIER_PRIVATE_EXPEDITED_SYNC_CORE = 1 << 5;
    private static final long MEMBARRIER_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE = 1 << 6;

    private static final int FUTEX_WAIT_PRIVATE = 128;
    private static final int FUTEX_WAKE_PRIVATE = 129;

    /**
     * Waiting by {@code futex(2)}. The word at fs:0 is the thread block's own address (psABI of thread-local storage, variant
     * II).
     */
    private static final ThreadCalls THREAD_CALLS = new ThreadCalls(
            HostCall.system(SYS_FUTEX, ADDRESS, constant(FUTEX_WAIT_PRIVATE), EXPECTED, constant(0)),
            HostCall.system(SYS_FUTEX, ADDRESS, constant(FUTEX_WAKE_PRIVATE), constant(1)),
            HostCall.system(SYS_FUTEX, ADDRESS, constant(FUTEX_WAKE_PRIVATE), constant(Integer.MAX_VALUE)),
            HostCall.system(SYS_SCHED_YIELD),
            new ThreadPointer(Segment.FS, 0));

    private static final int SC_PAGESIZE = 30;

    private static final Path MAX_MAP_COUNT = Path.of("/proc/sys/vm/max_map_count");
    private static final Path MAPS = Path.of("/proc/self/maps");

    private static final String MEMORY_ADVICE =
            "Ask for less, or raise what limits it: `ulimit -v`, the control group's memory, vm.overcommit_memory, vm.max_map_count.";
    private static final String CODE_ADVICE =
            "Something forbids memory that was written to be executed: look at vm.memfd_noexec, SELinux (execmem), a systemd unit's"
                    + " MemoryDenyWriteExecute= or a seccomp filter.";

    private static Linux instance;

    private final LibC c = new LibC();
    private final LinuxSignals signals = new LinuxSignals(c, this);
    private final int pageSize;
    private final boolean kernelGuardPages;

    private Linux() {
        pageSize = Math.toIntExact(c.call("sysconf", SC_PAGESIZE));
        kernelGuardPages = installsGuards();
    }

    /** The only one of this process. */
    static synchronized Linux instance() {
        if (instance == null) {
            instance = new Linux();
        }
        return instance;
    }

    private boolean installsGuards() {
        long page = map(pageSize);
        try {
            return c.callInt("madvise", page, (long) pageSize, MADV_GUARD_INSTALL) == 0;
        } finally {
            unmap(page, pageSize);
        }
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
        return map(bytes, READ_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, MEMORY_ADVICE);
    }

    private long map(long bytes, int protection, int flags, int file, String advice) {
        requireSize(bytes);
        long address = c.call("mmap", 0L, bytes, protection, flags, file, 0L);
        if (address == FAILED) {
            throw c.failure("mmap", bytes + " bytes, " + letters(protection), advice);
        }
        return address;
    }

    @Override
    public long reserve(long bytes, long alignment) {
        if (Long.bitCount(alignment) != 1 || alignment < pageSize) {
            throw new IllegalArgumentException(
                    "alignment " + alignment + " is not a power of two of at least a page (" + pageSize + ")");
        }
        requireSize(bytes);
        long wide = Math.addExact(bytes, alignment - pageSize);
        long from = map(wide, READ_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, MEMORY_ADVICE);
        long address = (from + alignment - 1) & -alignment;
        if (address > from) {
            unmap(from, address - from);
        }
        long end = address + bytes;
        if (from + wide > end) {
            unmap(end, from + wide - end);
        }
        // One touch of a slot must not cost a huge page. A kernel built without huge pages refuses the advice: it needs
        // none.
        c.callInt("madvise", address, bytes, MADV_NOHUGEPAGE);
        return address;
    }

    @Override
    public void commit(long address, long bytes) {
        // All of a reservation is memory already: nothing is counted before the first touch.
    }

    @Override
    public void protect(long address, long bytes, Protection protection) {
        if (c.callInt("mprotect", address, bytes, bits(protection)) != 0) {
            throw c.failure(
                    "mprotect",
                    range(address, bytes) + ", " + protection,
                    protection == Protection.READ_EXECUTE ? CODE_ADVICE : MEMORY_ADVICE);
        }
    }

    @Override
    public void unmap(long address, long bytes) {
        if (c.callInt("munmap", address, bytes) != 0) {
            throw c.failure(
                    "munmap", range(address, bytes), "Check that the range was mapped here and not given back before.");
        }
    }

    @Override
    public void discard(long address, long bytes) {
        if (c.callInt("madvise", address, bytes, MADV_DONTNEED) != 0) {
            throw c.failure(
                    "madvise",
                    range(address, bytes) + ", MADV_DONTNEED",
                    "Check that the range is mapped and its memory not locked (mlock).");
        }
    }

    @Override
    public boolean hasKernelGuardPages() {
        return kernelGuardPages;
    }

    @Override
    public void guard(long address, long bytes) {
        if (!kernelGuardPages) {
            protect(address, bytes, Protection.NONE);
        } else if (c.callInt("madvise", address, bytes, MADV_GUARD_INSTALL) != 0) {
            throw c.failure(
                    "madvise",
                    range(address, bytes) + ", MADV_GUARD_INSTALL",
                    "Check that the range is mapped, private and its memory not locked (mlock).");
        }
    }

    @Override
    public long mappingsLeft() {
        try (Stream<String> mappings = Files.lines(MAPS)) {
            // By lines, thus through a buffer: a sysctl file gives its value to the first read alone, however short.
            return Long.parseLong(Files.readAllLines(MAX_MAP_COUNT).get(0).trim()) - mappings.count();
        } catch (IOException | NumberFormatException unreadable) {
            return Long.MAX_VALUE; // a sandbox without /proc: mprotect itself will tell
        }
    }

    @Override
    public long mapCode(long bytes) {
        return reserve(bytes, pageSize);
    }

    @Override
    public long openMemoryFile(String name, long bytes) {
        requireSize(bytes);
        int file = c.callInt("memfd_create", name, MFD_CLOEXEC | MFD_EXEC);
        if (file < 0 && c.errno() == Errno.EINVAL.number) {
            file = c.callInt("memfd_create", name, MFD_CLOEXEC); // before Linux 6.3 every memfd was executable
        }
        if (file < 0) {
            throw c.failure("memfd_create", "\"" + name + "\", executable", CODE_ADVICE);
        }
        if (c.callInt("ftruncate", file, bytes) != 0) {
            HostException failure =
                    c.failure("ftruncate", "memory file \"" + name + "\", " + bytes + " bytes", MEMORY_ADVICE);
            closeMemoryFile(file);
            throw failure;
        }
        return file;
    }

    @Override
    public long mapMemoryFile(long file, long bytes, Protection protection) {
        String advice = protection == Protection.READ_EXECUTE ? CODE_ADVICE : MEMORY_ADVICE;
        return map(bytes, bits(protection), MAP_SHARED, Math.toIntExact(file), advice);
    }

    @Override
    public void unmapMemoryFile(long address, long bytes) {
        unmap(address, bytes);
    }

    @Override
    public void closeMemoryFile(long file) {
        if (c.callInt("close", Math.toIntExact(file)) != 0) {
            throw c.failure("close", "memory file " + file, "Check that it was opened here and not closed before.");
        }
    }

    @Override
    public void publishCode(long address, long bytes) {
        // Linux does not want to know.
    }

    @Override
    public void synchronizeCode() {
        // Registering costs some 10 ms, so the first call does it. A kernel before 4.16 knows neither, and has nothing
        // else to offer.
        if (!membarrier(MEMBARRIER_PRIVATE_EXPEDITED_SYNC_CORE)
                && membarrier(MEMBARRIER_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE)) {
            membarrier(MEMBARRIER_PRIVATE_EXPEDITED_SYNC_CORE);
        }
    }

    private boolean membarrier(long command) {
        return c.call("syscall", SYS_MEMBARRIER, command, 0L, 0L) == 0;
    }

    @Override
    public long symbol(String name) {
        try {
            return c.symbol(name);
        } catch (UnsatisfiedLinkError missing) {
            HostException failure = new HostException(
                    "dlsym", "\"" + name + "\"", Errno.ENOENT.number, "Check its spelling: `man 3 " + name + "`.");
            failure.initCause(missing);
            throw failure;
        }
    }

    @Override
    public long currentThread() {
        return c.call("syscall", SYS_GETTID);
    }

    @Override
    public int currentProcess() {
        return c.callInt("getpid");
    }

    @Override
    public ThreadCalls threadCalls() {
        return THREAD_CALLS;
    }

    @Override
    public Signals interrupts() {
        return signals;
    }

    @Override
    public String toString() {
        return "Linux";
    }

    private static int bits(Protection protection) {
        return switch (protection) {
            case NONE -> 0;
            case READ_WRITE -> READ_WRITE;
            case READ_EXECUTE -> PROT_READ | PROT_EXEC;
        };
    }

    private static String letters(int protection) {
        return (protection & PROT_EXEC) != 0 ? "r-x" : "rw-";
    }

    private static String range(long address, long bytes) {
        return "0x" + Long.toHexString(address) + ", " + bytes + " bytes";
    }

    private static void requireSize(long bytes) {
        if (bytes <= 0) {
            throw new IllegalArgumentException("a mapping of " + bytes + " bytes: ask for at least one");
        }
    }
}
