// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.sched;

import io.trapeze.runtime.code.MappedCode;
import io.trapeze.runtime.memory.NativeMemory;
import io.trapeze.runtime.os.OperatingSystem;
import io.trapeze.runtime.stack.StackSlab;
import io.trapeze.trampolines.AsyncPreempt;
import io.trapeze.trampolines.Gobuf;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.StackRules;
import io.trapeze.trampolines.abi.ThreadBlock;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The goroutines of one scheduler: for each a stack, a record in native memory, and an object, all three by one slot number.
 *
 * <p>Records stay where they are until the table is closed, so that emitted code may read one whose goroutine has ended.
 */
final class GoroutineTable implements AutoCloseable {
    /** Room for what {@code async_preempt2} and the switch after it push. */
    private static final int PREEMPT_SLACK = 512;

    /** Integer arguments of a body. */
    static final int ARGUMENTS = 6;

    private final Records records;
    private final Layout<GoroutineField> g;
    private final StackSlab slab;
    private final NativeMemory memory;
    private final SaveSet saveSet;
    private final AtomicReferenceArray<Goroutine> bySlot;
    private final AtomicLong created = new AtomicLong();
    private final AtomicLong live = new AtomicLong();

    private GoroutineTable(Records records, StackSlab slab, NativeMemory memory, SaveSet saveSet) {
        this.records = records;
        this.g = records.g();
        this.slab = slab;
        this.memory = memory;
        this.saveSet = saveSet;
        this.bySlot = new AtomicReferenceArray<>(slab.slots());
    }

    /**
     * Reserves address space.
     *
     * @param capacity goroutines that can live at once
     * @param stackBytes bytes of each stack, see {@link StackSlab#open}
     * @param saveSet what a preemption puts on the stack
     */
    static GoroutineTable open(OperatingSystem os, Records records, int capacity, long stackBytes, SaveSet saveSet) {
        try (Unwinding opened = new Unwinding()) {
            StackSlab slab = opened.add(StackSlab.open(os, capacity, stackBytes));
            NativeMemory memory = opened.add(
                    NativeMemory.allocateSparse(os, (long) records.g().size() * capacity));
            GoroutineTable table = new GoroutineTable(records, slab, memory, saveSet);
            opened.keep();
            return table;
        }
    }

    /** Returns the bytes of a stack's slot, a power of two. */
    long slotSize() {
        return slab.slotSize();
    }

    /**
     * Makes a goroutine that is ready to be queued, and numbers it; one thread at a time does.
     *
     * @param code the scheduler's, with the symbols {@code start} and {@code goexit}
     * @throws io.trapeze.runtime.stack.StackExhaustedException if all slots are taken
     */
    Goroutine create(Scheduler scheduler, Body body, MappedCode code, long... arguments) {
        int slot = slab.acquire();
        try {
            body.enter();
        } catch (RuntimeException e) {
            slab.release(slot);
            throw e;
        }
        Goroutine goroutine = new Goroutine(scheduler, body, created() + 1, slot, memory.address() + record(slot));
        prepare(goroutine, code, arguments);
        bySlot.set(slot, goroutine);
        created.incrementAndGet();
        live.incrementAndGet();
        return goroutine;
    }

    private long record(int slot) {
        return (long) slot * g.size();
    }

    private void prepare(Goroutine goroutine, MappedCode code, long... arguments) {
        long record = record(goroutine.slot());
        int slot = goroutine.slot();
        Body body = goroutine.body();
        long frame = firstFrame(slot, body, code, arguments);
        slab.setHeader(slot, goroutine.address());

        for (int offset = 0; offset < g.size(); offset += 8) {
            memory.putLong(record + offset, 0);
        }
        Gobuf gobuf = g.gobuf();
        memory.putLong(record + Gobuf.SP, frame);
        memory.putLong(record + Gobuf.PC, code.address("start"));
        memory.putLong(record + Gobuf.G, goroutine.address());
        if (records.abi().preserves(records.goroutine())) {
            memory.putLong(record + gobuf.offset(records.goroutine()), goroutine.address());
        }
        if (records.abi().controlWords().mxcsr()) {
            memory.putInt(record + gobuf.mxcsrOffset(), ControlWordsCode.DEFAULT_MXCSR);
        }
        if (records.abi().controlWords().x87()) {
            memory.putInt(record + gobuf.x87Offset(), ControlWordsCode.DEFAULT_X87);
        }
        for (ThreadBlock.Field field : records.abi().threadFields()) {
            memory.putLong(record + gobuf.offset(field), bound(field, slot));
        }
        int frameBytes = AsyncPreempt.stackBytes(records.abi(), saveSet);
        g.put(memory, record, GoroutineField.PREEMPT_LOW, slab.low(slot) + frameBytes + PREEMPT_SLACK);
        g.put(memory, record, GoroutineField.PREEMPT_HIGH, slab.high(slot));
        g.put(memory, record, GoroutineField.CODE_LOW, body.address());
        g.put(memory, record, GoroutineField.CODE_HIGH, body.address() + body.preemptibleBytes());
        g.put(memory, record, GoroutineField.SLOT, slot);
        g.put(memory, record, GoroutineField.AHEAD, goroutine.address());
        g.put(memory, record, GoroutineField.STATUS, GoroutineState.RUNNABLE.ordinal());
    }

    /**
     * Writes a new stack's words, from below: the arguments that {@code start} puts into registers, the body, its return address,
     * the space in which it may home them, and the other arguments. Returns the first one's address.
     */
    private long firstFrame(int slot, Body body, MappedCode code, long... arguments) {
        StackRules rules = records.abi().stack();
        int registers = records.convention().passed().size();
        int above = rules.shadow() + 8 * (ARGUMENTS - registers) + (rules.spill() ? 8 * registers : 0);
        long home = (slab.high(slot) - above & -rules.alignment()) - slab.address();
        long frame = home - 8L * (registers + 2);
        NativeMemory stack = slab.memory();
        for (int i = 0; i < ARGUMENTS; i++) {
            long place = i < registers ? frame + 8L * i : home + rules.shadow() + 8L * (i - registers);
            stack.putLong(place, i < arguments.length ? arguments[i] : 0);
        }
        stack.putLong(home - 16, body.address());
        stack.putLong(home - 8, code.address("goexit"));
        return frame + slab.address();
    }

    /** What a thread block says while a thread is on the stack of a slot. */
    private long bound(ThreadBlock.Field field, int slot) {
        return switch (field.name()) {
            case "StackBase" -> slab.end(slot);
            case "StackLimit" -> slab.low(slot); // all of it is committed
            case "DeallocationStack" -> slab.guard(slot);
            case "GuaranteedStackBytes" -> 0; // as for a thread that never called SetThreadStackGuarantee
            default ->
                throw new IllegalArgumentException("the thread block of ABI '"
                        + records.abi().name() + "' has a field '" + field.name()
                        + "', and nothing is known that a goroutine's stack could have for it; known are StackBase, StackLimit,"
                        + " DeallocationStack and GuaranteedStackBytes");
        };
    }

    /** Returns the goroutine whose record is at {@code address}. */
    Goroutine at(long address) {
        return bySlot.get(Math.toIntExact((address - memory.address()) / g.size()));
    }

    /** Returns where a goroutine is in its life. */
    GoroutineState state(Goroutine goroutine) {
        synchronized (goroutine) {
            return goroutine.hasEnded()
                    ? GoroutineState.DEAD
                    : GoroutineState.values()[(int) g.get(memory, record(goroutine.slot()), GoroutineField.STATUS)];
        }
    }

    /** Makes a goroutine end at its upcall's return. */
    void markFailed(Goroutine goroutine) {
        g.put(memory, record(goroutine.slot()), GoroutineField.FAILED, 1);
    }

    /** Returns how many goroutines there have been. */
    long created() {
        return created.get();
    }

    /** Returns how many of them have not been released. */
    long live() {
        return live.get();
    }

    /**
     * Takes leave of a goroutine that has ended, and gives its slot to the next.
     *
     * @return whether it was the last that lived
     */
    boolean release(long address) {
        Goroutine goroutine = at(address);
        synchronized (goroutine) {
            goroutine.end();
        }
        bySlot.set(goroutine.slot(), null);
        slab.release(goroutine.slot());
        goroutine.body().exit();
        return live.decrementAndGet() == 0;
    }

    /** Cuts the Java side of all goroutines off from memory that is about to go. */
    void abandon() {
        for (int slot = 0; slot < bySlot.length(); slot++) {
            Goroutine goroutine = bySlot.get(slot);
            if (goroutine != null) {
                synchronized (goroutine) {
                    goroutine.end();
                }
            }
        }
    }

    @Override
    public void close() {
        slab.close();
        memory.close();
    }
}
