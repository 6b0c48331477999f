// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.wine;

import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import io.trapeze.runtime.os.HostException;
import io.trapeze.runtime.os.Interrupts;
import io.trapeze.runtime.os.OperatingSystem;
import io.trapeze.runtime.os.Protection;
import io.trapeze.runtime.os.ThreadCalls;
import io.trapeze.trampolines.abi.Abi;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/**
 * A system whose memory is a file that a Windows process maps too, at the same address: what Java lays out and emits here is
 * there. Nothing is given back before the end, nothing is protected, and everything may be executed, over there.
 *
 * @param file what both map
 * @param address where
 * @param bytes how much
 */
record WindowsMemory(Path file, long address, long bytes, long[] used) implements OperatingSystem, AutoCloseable {
    private static final int PAGE = 4096;
    private static final int ENOSYS = 38;
    private static final int PROT_READ_WRITE = 3;
    private static final int MAP_SHARED = 1;
    private static final int MAP_FIXED_NOREPLACE = 0x10_0000;
    private static final int O_RDWR = 2;

    /** Maps a new file. */
    static WindowsMemory open(Path file, long address, long bytes) {
        try (RandomAccessFile created = new RandomAccessFile(file.toFile(), "rw")) {
            created.setLength(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        NativeLibrary c = NativeLibrary.getProcess();
        int descriptor = c.getFunction("open").invokeInt(new Object[] {file.toString(), O_RDWR});
        long mapped = c.getFunction("mmap").invokeLong(new Object[] {
            address, bytes, PROT_READ_WRITE, MAP_SHARED | MAP_FIXED_NOREPLACE, descriptor, 0L
        });
        c.getFunction("close").invokeInt(new Object[] {descriptor});
        if (mapped != address) {
            throw new IllegalStateException("0x" + Long.toHexString(address) + " is taken in this process");
        }
        return new WindowsMemory(file, address, bytes, new long[] {PAGE});
    }

    @Override
    public Abi abi() {
        return Abi.WIN64;
    }

    @Override
    public int pageSize() {
        return PAGE;
    }

    @Override
    public long map(long size) {
        return reserve(size, PAGE);
    }

    @Override
    public synchronized long reserve(long size, long alignment) {
        long offset = (used[0] + alignment - 1)
                & -alignment; // the address of it all is aligned to more than anybody asks for
        if (offset + size > bytes) {
            throw new HostException("map", size + " bytes", 12, "The shared file is full: open a larger one.");
        }
        used[0] = (offset + size + PAGE - 1) & -PAGE;
        return address + offset;
    }

    @Override
    public void commit(long at, long size) {
        // it is there
    }

    @Override
    public void protect(long at, long size, Protection protection) {
        // Java only writes, and the other process may do all
    }

    @Override
    public void unmap(long at, long size) {
        // with all the rest
    }

    @Override
    public void discard(long at, long size) {
        new Pointer(at).clear(size);
    }

    @Override
    public boolean hasKernelGuardPages() {
        return true;
    }

    @Override
    public void guard(long at, long size) {
        // a test that wants guards has the other process make them
    }

    @Override
    public long mappingsLeft() {
        return Long.MAX_VALUE;
    }

    @Override
    public long mapCode(long size) {
        return map(size);
    }

    @Override
    public long openMemoryFile(String name, long size) {
        throw missing("openMemoryFile", name, "One mapping of it all must do.");
    }

    @Override
    public long mapMemoryFile(long handle, long size, Protection protection) {
        throw missing("mapMemoryFile", "", "One mapping of it all must do.");
    }

    @Override
    public void unmapMemoryFile(long at, long size) {
        throw missing("unmapMemoryFile", "", "One mapping of it all must do.");
    }

    @Override
    public void closeMemoryFile(long handle) {
        throw missing("closeMemoryFile", "", "One mapping of it all must do.");
    }

    @Override
    public void publishCode(long at, long size) {
        // the processor sees it, and Wine does not look
    }

    @Override
    public void synchronizeCode() {
        // whoever goes there next comes from a system call
    }

    @Override
    public long symbol(String name) {
        throw missing("symbol", name, "Ask the Windows process: WindowsProcess.symbol knows its libraries.");
    }

    /** Says that a call is not part of memory, and where to find it. */
    private static HostException missing(String call, String arguments, String advice) {
        return new HostException(call, arguments, ENOSYS, advice);
    }

    @Override
    public long currentThread() {
        return OperatingSystem.current().currentThread();
    }

    @Override
    public int currentProcess() {
        return OperatingSystem.current().currentProcess();
    }

    @Override
    public ThreadCalls threadCalls() {
        throw missing("threadCalls", "", "Take those of Windows from WindowsCalls.");
    }

    @Override
    public Interrupts interrupts() {
        throw missing("interrupts", "", "Take WindowsSuspension.");
    }

    @Override
    public void close() {
        NativeLibrary.getProcess().getFunction("munmap").invokeInt(new Object[] {address, bytes});
    }
}
