// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.memory;

import com.sun.jna.Pointer;
import io.trapeze.runtime.os.OperatingSystem;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;

/**
 * A zeroed block of memory outside the Java heap that emitted code and Java share.
 *
 * <p>Java reads and writes it by offset, at the price of a bounds check; emitted code by {@link #address()}. Offsets are bytes
 * from the start and must be multiples of the width accessed, so every access is atomic. Byte order is the processor's.
 * JNA takes part in mapping only.
 *
 * <p>The owner closes the block; nothing else gives it back. Every access through this object after {@link #close()} throws
 * {@link IllegalStateException}. An access that is under way in another thread <em>while</em> it is closed is not guarded
 * against, since that would cost each access more than the access itself: stop using it first.
 */
public final class NativeMemory implements AutoCloseable {

    private static final VarHandle LONG = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());
    private static final VarHandle INT = MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.nativeOrder());

    /** A buffer can't hold more than 2³¹ − 1 bytes, so the block is seen through slices of 1 GiB. */
    private static final int SLICE_BITS = 30;

    private static final int SLICE_MASK = (1 << SLICE_BITS) - 1;

    private final long address;
    private final long size;
    private final Runnable release;
    private ByteBuffer[] slices;

    private NativeMemory(long address, long size, Runnable release) {
        this.address = address;
        this.size = size;
        this.release = release;
        this.slices = slices(address, size);
    }

    /**
     * Maps a block.
     *
     * @param bytes its size, rounded up to whole pages
     */
    public static NativeMemory allocate(OperatingSystem os, long bytes) {
        long size = wholePages(os, bytes);
        long address = os.map(size);
        return new NativeMemory(address, size, () -> os.unmap(address, size));
    }

    /**
     * Maps a block of which most will never be touched: real memory is taken page by page, on first touch.
     *
     * @param bytes its size, rounded up to whole pages
     */
    public static NativeMemory allocateSparse(OperatingSystem os, long bytes) {
        NativeMemory memory = reserve(os, bytes, os.pageSize());
        try {
            os.commit(memory.address(), memory.size());
            return memory;
        } catch (RuntimeException refused) {
            memory.close();
            throw refused;
        }
    }

    /**
     * Reserves a block whose parts are {@linkplain OperatingSystem#commit committed} before they are touched.
     *
     * @param bytes its size, rounded up to whole pages
     * @param alignment of its address: a power of two, at least a page
     */
    public static NativeMemory reserve(OperatingSystem os, long bytes, long alignment) {
        long size = wholePages(os, bytes);
        long address = os.reserve(size, alignment);
        return new NativeMemory(address, size, () -> os.unmap(address, size));
    }

    /**
     * Takes over a block that was mapped elsewhere.
     *
     * @param release gives the memory back; called once, by {@link #close()}
     */
    public static NativeMemory over(long address, long bytes, Runnable release) {
        if (address == 0 || bytes <= 0) {
            throw new IllegalArgumentException(
                    "no memory at 0x" + Long.toHexString(address) + " of " + bytes + " bytes: map it first");
        }
        return new NativeMemory(address, bytes, Objects.requireNonNull(release, "release"));
    }

    private static long wholePages(OperatingSystem os, long bytes) {
        if (bytes <= 0) {
            throw new IllegalArgumentException("a block of " + bytes + " bytes: ask for at least one");
        }
        long page = os.pageSize();
        return Math.addExact(bytes, page - 1) & -page;
    }

    private static ByteBuffer[] slices(long address, long size) {
        ByteBuffer[] slices = new ByteBuffer[Math.toIntExact((size + SLICE_MASK) >>> SLICE_BITS)];
        for (int i = 0; i < slices.length; i++) {
            long from = (long) i << SLICE_BITS;
            slices[i] = new Pointer(address + from).getByteBuffer(0, Math.min(size - from, 1L << SLICE_BITS));
        }
        return slices;
    }

    /** Address of the first byte; a multiple of the page size where this class mapped it. */
    public long address() {
        return address;
    }

    /** Size in bytes. */
    public long size() {
        return size;
    }

    /** The 32 bits at {@code offset}. */
    public int getInt(long offset) {
        return (int) INT.get(slice(offset, Integer.BYTES), within(offset));
    }

    /** Stores 32 bits at {@code offset}. */
    public void putInt(long offset, int value) {
        INT.set(slice(offset, Integer.BYTES), within(offset), value);
    }

    /** The 64 bits at {@code offset}. */
    public long getLong(long offset) {
        return (long) LONG.get(slice(offset, Long.BYTES), within(offset));
    }

    /** Stores 64 bits at {@code offset}. */
    public void putLong(long offset, long value) {
        LONG.set(slice(offset, Long.BYTES), within(offset), value);
    }

    /** The 64 bits at {@code offset}; no later access moves ahead of it. */
    public long getLongAcquire(long offset) {
        return (long) LONG.getAcquire(slice(offset, Long.BYTES), within(offset));
    }

    /** Stores 64 bits at {@code offset}; no earlier access moves behind it. */
    public void putLongRelease(long offset, long value) {
        LONG.setRelease(slice(offset, Long.BYTES), within(offset), value);
    }

    /** The 64 bits at {@code offset}, in one order with all other volatile accesses. */
    public long getLongVolatile(long offset) {
        return (long) LONG.getVolatile(slice(offset, Long.BYTES), within(offset));
    }

    /** Stores 64 bits at {@code offset}, in one order with all other volatile accesses. */
    public void putLongVolatile(long offset, long value) {
        LONG.setVolatile(slice(offset, Long.BYTES), within(offset), value);
    }

    /** Stores {@code value} at {@code offset} if {@code expected} is there, as one step ({@code lock cmpxchg}). */
    public boolean compareAndSetLong(long offset, long expected, long value) {
        return LONG.compareAndSet(slice(offset, Long.BYTES), within(offset), expected, value);
    }

    /**
     * Adds to the 64 bits at {@code offset} as one step ({@code lock xadd}).
     *
     * @return what was there before
     */
    public long getAndAddLong(long offset, long delta) {
        return (long) LONG.getAndAdd(slice(offset, Long.BYTES), within(offset), delta);
    }

    /** Copies all of {@code source} to {@code offset}, which may be odd. */
    public void putBytes(long offset, byte[] source) {
        requireRange(offset, source.length);
        for (int done = 0; done < source.length; ) {
            int start = within(offset + done);
            int count = Math.min(source.length - done, (1 << SLICE_BITS) - start);
            sliceAt(offset + done).put(start, source, done, count);
            done += count;
        }
    }

    /** Copies {@code count} bytes from {@code offset}, which may be odd. */
    public byte[] getBytes(long offset, int count) {
        requireRange(offset, count);
        byte[] bytes = new byte[count];
        for (int done = 0; done < count; ) {
            int start = within(offset + done);
            int step = Math.min(count - done, (1 << SLICE_BITS) - start);
            sliceAt(offset + done).get(start, bytes, done, step);
            done += step;
        }
        return bytes;
    }

    /** Whether {@link #close()} was called. */
    public boolean isClosed() {
        return slices == null;
    }

    /** Gives the memory back; again does nothing. */
    @Override
    public synchronized void close() {
        if (slices != null) {
            slices = null;
            release.run();
        }
    }

    @Override
    public String toString() {
        return String.format("NativeMemory[0x%x, %d bytes%s]", address, size, isClosed() ? ", closed" : "");
    }

    private ByteBuffer slice(long offset, int width) {
        if (offset < 0 || offset > size - width || (offset & (width - 1)) != 0) {
            throw badOffset(offset, width);
        }
        return sliceAt(offset);
    }

    private ByteBuffer sliceAt(long offset) {
        ByteBuffer[] open = slices;
        if (open == null) {
            throw closed();
        }
        return open[(int) (offset >>> SLICE_BITS)];
    }

    private static int within(long offset) {
        return (int) offset & SLICE_MASK;
    }

    private void requireRange(long offset, int count) {
        if (offset < 0 || count < 0 || offset > size - count) {
            throw new IndexOutOfBoundsException(
                    count + " bytes at offset " + offset + " don't lie within the block of " + size + " bytes");
        }
        if (slices == null) {
            throw closed();
        }
    }

    private RuntimeException badOffset(long offset, int width) {
        if (offset < 0 || offset > size - width) {
            return new IndexOutOfBoundsException(
                    width + " bytes at offset " + offset + " don't lie within the block of " + size + " bytes");
        }
        return new IllegalArgumentException(
                "offset " + offset + " is not a multiple of " + width + ": access would not be atomic");
    }

    private IllegalStateException closed() {
        return new IllegalStateException(String.format(
                "the memory at 0x%x (%d bytes) is closed: keep its owner open while it is used", address, size));
    }
}
