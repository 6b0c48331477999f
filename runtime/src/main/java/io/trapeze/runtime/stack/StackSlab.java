// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.stack;

import io.trapeze.runtime.memory.NativeMemory;
import io.trapeze.runtime.os.HostException;
import io.trapeze.runtime.os.OperatingSystem;
import java.util.BitSet;

/**
 * A fixed number of stacks in one reservation, pooled last-in first-out.
 *
 * <pre>
 *   slot base (a multiple of the slot size)                                slot base + slot size
 *   | guard page | ............ usable stack, grows to the left ............ | header, 64 bytes |
 *                ^ low(slot)                                      high(slot) ^
 * </pre>
 *
 * <p>Slots are a power of two in size and aligned to it, so machine code finds the header from the stack pointer alone:
 * {@code (rsp | (slotSize - 1)) - 63}. The header's first quadword names the goroutine that owns the slot (0: none); the rest
 * is the scheduler's. It stands at the top, so that a goroutine that does little touches one page.
 *
 * <p>A slot gets its memory and its guard when it is first handed out. Reserving takes address space only; each stack takes the pages it has
 * touched, until {@link #trim()}. Thread-safe.
 */
public final class StackSlab implements AutoCloseable {

    /** Bytes of the header at the top of each slot. */
    public static final int HEADER_BYTES = 64;

    /** The smallest stack that is accepted: room for a signal frame with AVX-512 state and the widest preemption frame. */
    public static final long MINIMUM_STACK_BYTES = 16 * 1024;

    /** The largest stack that is accepted, 1 GiB. */
    public static final long MAXIMUM_STACK_BYTES = 1L << 30;

    private static final int NONE = 0;

    /** Mappings left to the Java VM and to libraries when guards take one each. */
    private static final int SPARE_MAPPINGS = 4096;

    private final OperatingSystem os;
    private final int slots;
    private final long slotSize;
    private final long guardBytes;
    private final NativeMemory memory;

    private final int[] free;
    private int freeCount;
    /** Slots that have their memory and their guard: those below this number. */
    private int prepared;

    private final BitSet taken;

    private StackSlab(OperatingSystem os, int slots, long slotSize, NativeMemory memory) {
        this.os = os;
        this.slots = slots;
        this.slotSize = slotSize;
        this.guardBytes = os.pageSize();
        this.memory = memory;
        this.free = new int[slots];
        this.taken = new BitSet(slots);
    }

    /**
     * Reserves a slab.
     *
     * @param slots how many stacks, at least 1
     * @param stackBytes bytes of each stack, header included: a multiple of the page size from {@link #MINIMUM_STACK_BYTES} to
     *     {@link #MAXIMUM_STACK_BYTES}. A stack one page short of a power of two wastes no address space
     * @throws IllegalArgumentException if a number is out of its range
     * @throws IllegalStateException if the kernel has no guard pages of its own and allows too few mappings for so many stacks
     * @throws HostException if the address space is refused
     */
    public static StackSlab open(OperatingSystem os, int slots, long stackBytes) {
        requireShape(os, slots, stackBytes);
        requireMappings(os, slots);
        long slotSize = slotSize(stackBytes + os.pageSize());
        return new StackSlab(
                os, slots, slotSize, NativeMemory.reserve(os, Math.multiplyExact(slotSize, slots), slotSize));
    }

    private static void requireShape(OperatingSystem os, int slots, long stackBytes) {
        if (slots < 1) {
            throw new IllegalArgumentException("a slab of " + slots + " stacks: ask for at least one");
        }
        if (stackBytes < MINIMUM_STACK_BYTES || stackBytes > MAXIMUM_STACK_BYTES) {
            throw new IllegalArgumentException(
                    "a stack of " + stackBytes + " bytes: it takes from " + MINIMUM_STACK_BYTES
                            + " (a signal frame and a preemption frame must fit) to " + MAXIMUM_STACK_BYTES);
        }
        if (stackBytes % os.pageSize() != 0) {
            long page = os.pageSize();
            long below = stackBytes / page * page;
            throw new IllegalArgumentException("a stack of " + stackBytes
                    + " bytes is not a whole number of pages: take " + below + " or " + (below + page));
        }
    }

    private static void requireMappings(OperatingSystem os, int slots) {
        if (os.hasKernelGuardPages()) {
            return;
        }
        long needed = 2L * slots + SPARE_MAPPINGS;
        long left = os.mappingsLeft();
        if (needed > left) {
            throw new IllegalStateException(slots + " guarded stacks need " + needed + " memory mappings and " + left
                    + " are left to this process. Use at most " + Math.max(0, (left - SPARE_MAPPINGS) / 2)
                    + " stacks, or raise the sysctl vm.max_map_count by " + (needed - left)
                    + ", or run on Linux 6.13 or later, whose guard pages need no mappings");
        }
    }

    private static long slotSize(long atLeast) {
        long below = Long.highestOneBit(atLeast);
        return below == atLeast ? below : below << 1;
    }

    /** How many stacks there are. */
    public int slots() {
        return slots;
    }

    /** Bytes from one slot to the next, a power of two: stack, header and guard. */
    public long slotSize() {
        return slotSize;
    }

    /** Address of the first slot's base; a multiple of {@link #slotSize()}. */
    public long address() {
        return memory.address();
    }

    /** Address just above the last slot. */
    public long end() {
        return memory.address() + memory.size();
    }

    /**
     * Takes a stack: the one released last, if any. Its header is zero; what its last owner left below is still there.
     *
     * @return the slot's number, from 0
     * @throws StackExhaustedException if all are taken
     * @throws HostException if the memory or the guard of a fresh slot is refused
     */
    public synchronized int acquire() {
        requireOpen();
        int slot;
        if (freeCount > 0) {
            slot = free[--freeCount];
        } else if (prepared < slots) {
            slot = prepared;
            os.commit(low(slot), slotSize - guardBytes);
            os.guard(base(slot), guardBytes);
            prepared++;
        } else {
            throw new StackExhaustedException(slots);
        }
        taken.set(slot);
        return slot;
    }

    /**
     * Gives a stack back for the next {@link #acquire()}; clears its header's first quadword.
     *
     * @throws IllegalStateException if it is not taken
     */
    public synchronized void release(int slot) {
        requireOpen();
        requireTaken(slot);
        setHeader(slot, NONE);
        taken.clear(slot);
        free[freeCount++] = slot;
    }

    /** How many stacks are taken at present. */
    public synchronized int taken() {
        return taken.cardinality();
    }

    /** Gives the memory of all stacks that are not taken back to the system; the slab keeps them. */
    public synchronized void trim() {
        requireOpen();
        for (int i = 0; i < freeCount; i++) {
            os.discard(base(free[i]) + guardBytes, slotSize - guardBytes);
        }
    }

    /** Lowest usable address of a stack: the first above its guard. */
    public long low(int slot) {
        return base(slot) + guardBytes;
    }

    /** Highest stack pointer of a stack, a multiple of 64; also the address of its header. */
    public long high(int slot) {
        return base(slot) + slotSize - HEADER_BYTES;
    }

    /** Address just above a stack's slot, header included. */
    public long end(int slot) {
        return base(slot) + slotSize;
    }

    /** Address of the guard page of a stack, the lowest of its slot. */
    public long guard(int slot) {
        return base(slot);
    }

    /** Names the owner of a stack in its header, for whoever finds it by stack pointer; 0 for none. */
    public void setHeader(int slot, long goroutine) {
        memory.putLongRelease(high(slot) - memory.address(), goroutine);
    }

    /** The owner that a stack's header names; 0 for none. */
    public long header(int slot) {
        return memory.getLongAcquire(high(slot) - memory.address());
    }

    /** The stacks' memory, for whoever lays out a first frame; offsets are addresses less {@link #address()}. */
    public NativeMemory memory() {
        return memory;
    }

    /** Gives everything back, stacks in use as well; again does nothing. No goroutine may run on it any more. */
    @Override
    public synchronized void close() {
        memory.close();
    }

    @Override
    public String toString() {
        return String.format("StackSlab[%d x %d bytes at 0x%x]", slots, slotSize, address());
    }

    private long base(int slot) {
        if (slot < 0 || slot >= slots) {
            throw new IndexOutOfBoundsException("slot " + slot + ": there are " + slots + ", from 0");
        }
        return memory.address() + slot * slotSize;
    }

    private void requireTaken(int slot) {
        if (!taken.get(slot)) {
            throw new IllegalStateException(
                    "stack " + slot + " is not taken: it was released before, or never acquired");
        }
    }

    private void requireOpen() {
        if (memory.isClosed()) {
            throw new IllegalStateException("the stack slab is closed");
        }
    }
}
