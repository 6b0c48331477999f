// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.os;

import static io.trapeze.runtime.os.HostCall.Value.ADDRESS;
import static io.trapeze.runtime.os.HostCall.Value.ADDRESS_OF_EXPECTED;
import static io.trapeze.runtime.os.HostCall.constant;

import com.sun.jna.Pointer;
import io.trapeze.emitter.operand.Segment;
import io.trapeze.trampolines.abi.Abi;
import java.util.List;

/**
 * Windows on x86-64, from version 8 on. Constants and structure layouts are those of Microsoft's headers and documentation
 * ("Memory Management Functions", "Synchronization Functions", "Process and Thread Functions").
 *
 * <p>Windows promises memory: what is committed is counted against memory and paging file at once, touched or not. So stacks
 * are reserved, and each is committed when it is first handed out. A guard is a page that is not committed; it costs nothing.
 */
final class Windows implements OperatingSystem {
    static final int MEM_COMMIT = 0x1000;
    static final int MEM_RESERVE = 0x2000;
    static final int MEM_DECOMMIT = 0x4000;
    static final int MEM_RELEASE = 0x8000;

    static final int PAGE_NOACCESS = 0x01;
    static final int PAGE_READWRITE = 0x04;
    static final int PAGE_EXECUTE_READ = 0x20;
    static final int PAGE_EXECUTE_READWRITE = 0x40;

    static final int FILE_MAP_WRITE = 0x02;
    static final int FILE_MAP_READ = 0x04;
    static final int FILE_MAP_EXECUTE = 0x20;
    static final long INVALID_HANDLE_VALUE = -1;

    /** {@code SYSTEM_INFO}: dwPageSize at 4, dwAllocationGranularity at 40, 48 bytes. */
    static final int SYSTEM_INFO_BYTES = 48;

    static final int SYSTEM_INFO_PAGE_SIZE = 4;
    static final int SYSTEM_INFO_GRANULARITY = 40;

    /** {@code NT_TIB.Self}: the linear address of the thread environment block. */
    static final ThreadPointer TEB_SELF = new ThreadPointer(Segment.GS, 0x30);

    static final long INFINITE = 0xFFFF_FFFFL;

    /** Where the functions that wait on addresses are, by the name that their documentation gives. */
    private static final String SYNCHRONIZATION = "api-ms-win-core-synch-l1-2-0.dll";

    /** Where C's library is: that of today's compilers, then the one that comes with Windows, then what is none of C. */
    private static final List<String> LIBRARIES = List.of("ucrtbase.dll", "msvcrt.dll", "kernel32.dll");

    /** How often another thread may take the address space that an aligned reservation was about to take. */
    private static final int ATTEMPTS = 32;

    private static final String MEMORY_ADVICE =
            "Ask for less, or give Windows a larger paging file (commitments count at once, touched or not).";
    private static final String CODE_ADVICE =
            "Something forbids memory that was written to be executed: look at the process's mitigation policies (Arbitrary Code"
                    + " Guard, Get-ProcessMitigation).";
    private static final String RANGE_ADVICE = "Check that the range was mapped here and not given back before.";

    private static Windows instance;

    private final WindowsCalls windows;
    private final WindowsSuspension suspension;
    private final ThreadCalls threadCalls;
    private final int pageSize;
    private final int granularity;

    /** Calls Windows by {@code windows}. */
    Windows(WindowsCalls windows) {
        this.windows = windows;
        Pointer info = windows.structure(SYSTEM_INFO_BYTES);
        windows.call("GetSystemInfo", Pointer.nativeValue(info));
        this.pageSize = info.getInt(SYSTEM_INFO_PAGE_SIZE);
        this.granularity = info.getInt(SYSTEM_INFO_GRANULARITY);
        this.suspension = new WindowsSuspension(this);
        long synchronization = windows.call("LoadLibraryW", Pointer.nativeValue(windows.wide(SYNCHRONIZATION)));
        if (synchronization == 0) {
            throw failure("LoadLibraryW", "\"" + SYNCHRONIZATION + "\"", "Windows 8 and later have it.");
        }
        this.threadCalls = new ThreadCalls(
                HostCall.function(
                        function(synchronization, "WaitOnAddress"),
                        ADDRESS,
                        ADDRESS_OF_EXPECTED,
                        constant(Integer.BYTES),
                        constant(INFINITE)),
                HostCall.function(function(synchronization, "WakeByAddressSingle"), ADDRESS),
                HostCall.function(function(synchronization, "WakeByAddressAll"), ADDRESS),
                HostCall.function(kernelFunction("SwitchToThread")),
                TEB_SELF);
    }

    /** The only one of this process. */
    static synchronized Windows instance() {
        if (instance == null) {
            instance = new Windows(new Kernel32());
        }
        return instance;
    }

    @Override
    public Abi abi() {
        return Abi.WIN64;
    }

    @Override
    public int pageSize() {
        return pageSize;
    }

    @Override
    public long map(long bytes) {
        return allocate(0, bytes, MEM_RESERVE | MEM_COMMIT);
    }

    @Override
    public long reserve(long bytes, long alignment) {
        if (Long.bitCount(alignment) != 1 || alignment < pageSize) {
            throw new IllegalArgumentException(
                    "alignment " + alignment + " is not a power of two of at least a page (" + pageSize + ")");
        }
        if (alignment <= granularity) {
            return allocate(0, bytes, MEM_RESERVE);
        }
        return reserveAligned(bytes, alignment);
    }

    /**
     * A reservation cannot be given back in part. So one that is wide enough shows where there is room, is given back, and the
     * aligned part of it is reserved instead, unless another thread was faster.
     */
    private long reserveAligned(long bytes, long alignment) {
        requireSize(bytes);
        long wide = Math.addExact(bytes, alignment - granularity);
        for (int attempt = 1; ; attempt++) {
            long from = allocate(0, wide, MEM_RESERVE);
            unmap(from, wide);
            long wanted = (from + alignment - 1) & -alignment;
            long address = windows.call("VirtualAlloc", wanted, bytes, MEM_RESERVE, PAGE_READWRITE);
            if (address != 0) {
                return address;
            }
            if (attempt == ATTEMPTS || windows.lastError() != WindowsError.ERROR_INVALID_ADDRESS.number) {
                throw failure("VirtualAlloc", bytes + " bytes at " + hex(wanted) + ", MEM_RESERVE", MEMORY_ADVICE);
            }
        }
    }

    private long allocate(long at, long bytes, int type) {
        requireSize(bytes);
        long address = windows.call("VirtualAlloc", at, bytes, type, PAGE_READWRITE);
        if (address == 0) {
            throw failure(
                    "VirtualAlloc",
                    bytes + " bytes" + (at == 0 ? "" : " at " + hex(at)) + ", "
                            + ((type & MEM_COMMIT) != 0 ? "MEM_COMMIT" : "MEM_RESERVE"),
                    MEMORY_ADVICE);
        }
        return address;
    }

    @Override
    public void commit(long address, long bytes) {
        allocate(address, bytes, MEM_COMMIT);
    }

    @Override
    public void protect(long address, long bytes, Protection protection) {
        int page = switch (protection) {
            case NONE -> PAGE_NOACCESS;
            case READ_WRITE -> PAGE_READWRITE;
            case READ_EXECUTE -> PAGE_EXECUTE_READ;
        };
        Pointer old = windows.structure(Integer.BYTES); // refused without
        require(
                windows.call("VirtualProtect", address, bytes, page, Pointer.nativeValue(old)),
                "VirtualProtect",
                range(address, bytes) + ", " + protection,
                protection == Protection.READ_EXECUTE ? CODE_ADVICE : RANGE_ADVICE);
    }

    @Override
    public void unmap(long address, long bytes) {
        require(
                windows.call("VirtualFree", address, 0, MEM_RELEASE),
                "VirtualFree",
                range(address, bytes) + ", MEM_RELEASE",
                RANGE_ADVICE);
    }

    @Override
    public void discard(long address, long bytes) {
        decommit(address, bytes);
        commit(address, bytes);
    }

    @Override
    public boolean hasKernelGuardPages() {
        return true;
    }

    @Override
    public void guard(long address, long bytes) {
        decommit(address, bytes);
    }

    /** Takes pages out of use; that some of them were not in use is no error. */
    private void decommit(long address, long bytes) {
        require(
                windows.call("VirtualFree", address, bytes, MEM_DECOMMIT),
                "VirtualFree",
                range(address, bytes) + ", MEM_DECOMMIT",
                RANGE_ADVICE);
    }

    @Override
    public long mappingsLeft() {
        return Long.MAX_VALUE;
    }

    @Override
    public long mapCode(long bytes) {
        return map(bytes);
    }

    @Override
    public long openMemoryFile(String name, long bytes) {
        requireSize(bytes);
        long section = windows.call(
                "CreateFileMappingW",
                INVALID_HANDLE_VALUE,
                0,
                PAGE_EXECUTE_READWRITE,
                bytes >>> 32,
                bytes & 0xFFFF_FFFFL,
                0); // nameless: nobody else shall open it
        if (section == 0) {
            throw failure("CreateFileMappingW", "\"" + name + "\", " + bytes + " bytes, executable", CODE_ADVICE);
        }
        return section;
    }

    @Override
    public long mapMemoryFile(long file, long bytes, Protection protection) {
        int access = switch (protection) {
            case NONE -> throw new IllegalArgumentException("a view that nothing can access: map none");
            case READ_WRITE -> FILE_MAP_WRITE;
            case READ_EXECUTE -> FILE_MAP_READ | FILE_MAP_EXECUTE;
        };
        long address = windows.call("MapViewOfFile", file, access, 0, 0, bytes);
        if (address == 0) {
            throw failure(
                    "MapViewOfFile",
                    bytes + " bytes, " + protection,
                    protection == Protection.READ_EXECUTE ? CODE_ADVICE : MEMORY_ADVICE);
        }
        return address;
    }

    @Override
    public void unmapMemoryFile(long address, long bytes) {
        require(windows.call("UnmapViewOfFile", address), "UnmapViewOfFile", range(address, bytes), RANGE_ADVICE);
    }

    @Override
    public void closeMemoryFile(long file) {
        closeHandle(file, "memory file");
    }

    void closeHandle(long handle, String what) {
        require(
                windows.call("CloseHandle", handle),
                "CloseHandle",
                what + " " + hex(handle),
                "Check that it was opened here and not closed before.");
    }

    @Override
    public void publishCode(long address, long bytes) {
        require(
                windows.call("FlushInstructionCache", windows.call("GetCurrentProcess"), address, bytes),
                "FlushInstructionCache",
                range(address, bytes),
                RANGE_ADVICE);
    }

    @Override
    public void synchronizeCode() {
        // It interrupts every processor that runs a thread of this process, and a return from an interrupt serializes.
        windows.call("FlushProcessWriteBuffers");
    }

    @Override
    public long symbol(String name) {
        for (String library : LIBRARIES) {
            long module = windows.call("GetModuleHandleW", Pointer.nativeValue(windows.wide(library)));
            long address = module == 0 ? 0 : address(module, name);
            if (address != 0) {
                return address;
            }
        }
        throw new HostException(
                "GetProcAddress",
                "\"" + name + "\"",
                WindowsError.ERROR_PROC_NOT_FOUND.number,
                WindowsError.describe(WindowsError.ERROR_PROC_NOT_FOUND.number),
                "Check its spelling; looked for in those of " + LIBRARIES + " that are loaded.");
    }

    /** A function that Windows always has. */
    long kernelFunction(String name) {
        return function(windows.call("GetModuleHandleW", Pointer.nativeValue(windows.wide("kernel32.dll"))), name);
    }

    private long function(long module, String name) {
        long address = address(module, name);
        if (address == 0) {
            throw failure("GetProcAddress", "\"" + name + "\"", "Windows 8 and later have it.");
        }
        return address;
    }

    private long address(long module, String name) {
        return windows.call("GetProcAddress", module, Pointer.nativeValue(windows.narrow(name)));
    }

    @Override
    public long currentThread() {
        return windows.call("GetCurrentThreadId") & 0xFFFF_FFFFL;
    }

    @Override
    public int currentProcess() {
        return (int) windows.call("GetCurrentProcessId");
    }

    long openThread(int access) {
        long handle = windows.call("OpenThread", access, 0, currentThread());
        if (handle == 0) {
            throw failure(
                    "OpenThread",
                    "thread " + currentThread() + ", access " + hex(access),
                    "Without it goroutines cannot be preempted: build the scheduler with timeSlice(Duration.ZERO).");
        }
        return handle;
    }

    @Override
    public ThreadCalls threadCalls() {
        return threadCalls;
    }

    @Override
    public Suspension interrupts() {
        return suspension;
    }

    @Override
    public String toString() {
        return "Windows";
    }

    private HostException failure(String call, String arguments, String advice) {
        return failure(call, arguments, windows.lastError(), advice);
    }

    HostException failure(String call, String arguments, int error, String advice) {
        return new HostException(call, arguments, error, WindowsError.describe(error), advice);
    }

    /** A {@code BOOL} is 32 bits. */
    private void require(long done, String call, String arguments, String advice) {
        if ((int) done == 0) {
            throw failure(call, arguments, advice);
        }
    }

    private static String range(long address, long bytes) {
        return hex(address) + ", " + bytes + " bytes";
    }

    private static String hex(long number) {
        return "0x" + Long.toHexString(number);
    }

    private static void requireSize(long bytes) {
        if (bytes <= 0) {
            throw new IllegalArgumentException("a mapping of " + bytes + " bytes: ask for at least one");
        }
    }
}
