// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.os;

import com.sun.jna.Memory;
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

    private static final long SYS_RT_TGSIGQUEUEINFO = 297;
    private static final long SYS_GETTID = 186;
    private static final long SYS_MEMBARRIER = 324;

    private static final long MEMBARRIER_PRIVATE_EXPEDITED_SYNC_CORE = 1 << 5;
    private static final long MEMBARRIER_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE = 1 << 6;

    private static final int SC_PAGESIZE = 30;
    private static final long AT_MINSIGSTKSZ = 51;
    /** {@code MINSIGSTKSZ} of the headers: what a kernel without {@code AT_MINSIGSTKSZ} asks for. */
    private static final long LEGACY_MINSIGSTKSZ = 2048;

    private static final int SS_DISABLE = 2;
    private static final int SI_QUEUE = -1;

    private static final Path MAX_MAP_COUNT = Path.of("/proc/sys/vm/max_map_count");
    private static final Path MAPS = Path.of("/proc/self/maps");

    private static final String MEMORY_ADVICE =
            "Ask for less, or raise what limits it: `ulimit -v`, the control group's memory, vm.overcommit_memory, vm.max_map_count.";
    private static final String CODE_ADVICE =
            "Something forbids memory that was written to be executed: look at vm.memfd_noexec, SELinux (execmem), a systemd unit's"
                    + " MemoryDenyWriteExecute= or a seccomp filter.";

    private static Linux instance;

    private final LibC c = new LibC();
    private final int pageSize;
    private final boolean kernelGuardPages;
    private final boolean membarrier;

    private Linux() {
        pageSize = Math.toIntExact(c.call("sysconf", SC_PAGESIZE));
        kernelGuardPages = installsGuards();
        membarrier = c.call("syscall", SYS_MEMBARRIER, MEMBARRIER_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE, 0L, 0L) == 0;
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
            throw failure("mmap", bytes + " bytes, " + letters(protection), advice);
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
    public void protect(long address, long bytes, Protection protection) {
        if (c.callInt("mprotect", address, bytes, bits(protection)) != 0) {
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
        if (c.callInt("madvise", address, bytes, MADV_DONTNEED) != 0) {
            throw failure(
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
            throw failure(
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
    public long openMemoryFile(String name, long bytes) {
        requireSize(bytes);
        int file = c.callInt("memfd_create", name, MFD_CLOEXEC | MFD_EXEC);
        if (file < 0 && c.errno() == Errno.EINVAL.number) {
            file = c.callInt("memfd_create", name, MFD_CLOEXEC); // before Linux 6.3 every memfd was executable
        }
        if (file < 0) {
            throw failure("memfd_create", "\"" + name + "\", executable", CODE_ADVICE);
        }
        if (c.callInt("ftruncate", file, bytes) != 0) {
            HostException failure =
                    failure("ftruncate", "memory file \"" + name + "\", " + bytes + " bytes", MEMORY_ADVICE);
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
    public void closeMemoryFile(long file) {
        if (c.callInt("close", Math.toIntExact(file)) != 0) {
            throw failure("close", "memory file " + file, "Check that it was opened here and not closed before.");
        }
    }

    @Override
    public void synchronizeCode() {
        // Without the call (before Linux 4.16) code still never changes under a running thread's feet, but the manual's
        // rule is
        // kept only by the kernel entries and exits that lie between a thread's old code and its new.
        if (membarrier && c.call("syscall", SYS_MEMBARRIER, MEMBARRIER_PRIVATE_EXPEDITED_SYNC_CORE, 0L, 0L) != 0) {
            throw failure(
                    "membarrier",
                    "PRIVATE_EXPEDITED_SYNC_CORE",
                    "It was accepted before: look for a new seccomp filter.");
        }
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
    public SignalAction signalAction(int signal) {
        Memory old = SigactionLayout.empty();
        sigaction(signal, null, old);
        return SigactionLayout.read(old);
    }

    @Override
    public SignalAction installSignalAction(int signal, SignalAction action) {
        Memory old = SigactionLayout.empty();
        sigaction(signal, SigactionLayout.of(action), old);
        return SigactionLayout.read(old);
    }

    private void sigaction(int signal, Memory action, Memory old) {
        if (c.callInt("sigaction", signal, action, old) != 0) {
            throw failure(
                    "sigaction",
                    "signal " + signal,
                    "Signals run from 1 to 64; 9 (SIGKILL), 19 (SIGSTOP), 32 and 33 take no handler.");
        }
    }

    @Override
    public long minimumSignalStack() {
        return Math.max(LEGACY_MINSIGSTKSZ, c.call("getauxval", AT_MINSIGSTKSZ));
    }

    @Override
    public SignalStack installSignalStack(SignalStack stack) {
        Memory wanted = LibC.structure(24); // stack_t: ss_sp 0, ss_flags 8, ss_size 16
        wanted.setLong(0, stack.address());
        wanted.setInt(8, stack.isPresent() ? 0 : SS_DISABLE);
        wanted.setLong(16, stack.size());
        Memory old = LibC.structure(24);
        if (c.callInt("sigaltstack", wanted, old) != 0) {
            throw failure(
                    "sigaltstack",
                    range(stack.address(), stack.size()),
                    "It needs at least " + minimumSignalStack()
                            + " bytes, and can't change while a handler runs on it.");
        }
        return (old.getInt(8) & SS_DISABLE) != 0 ? SignalStack.NONE : new SignalStack(old.getLong(0), old.getLong(16));
    }

    @Override
    public int currentThread() {
        return (int) c.call("syscall", SYS_GETTID);
    }

    @Override
    public int currentProcess() {
        return c.callInt("getpid");
    }

    @Override
    public void signalThread(int thread, int signal, long value) {
        int process = currentProcess();
        Memory info = LibC.structure(128); // siginfo_t: signo 0, errno 4, code 8, pid 16, uid 20, value 24
        info.setInt(0, signal);
        info.setInt(8, SI_QUEUE);
        info.setInt(16, process);
        info.setInt(20, c.callInt("getuid"));
        info.setLong(24, value);
        if (c.call("syscall", SYS_RT_TGSIGQUEUEINFO, (long) process, (long) thread, (long) signal, info) != 0) {
            throw failure(
                    "rt_tgsigqueueinfo",
                    "thread " + thread + ", signal " + signal,
                    "ESRCH: the thread has ended. EAGAIN: too many signals are queued (`ulimit -i`).");
        }
    }

    @Override
    public String toString() {
        return "Linux";
    }

    private HostException failure(String call, String arguments, String advice) {
        return new HostException(call, arguments, c.errno(), advice);
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
