// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.direct;

import io.trapeze.runtime.memory.NativeMemory;
import io.trapeze.runtime.os.OperatingSystem;
import io.trapeze.trampolines.Gobuf;
import io.trapeze.trampolines.abi.Abi;
import java.util.Arrays;
import java.util.List;

/**
 * A Gobuf in native memory: the state of code that is suspended, or has yet to begin. Java writes and reads its fields by
 * name, the primitives by {@link #address()}.
 *
 * <p>A new one is all zero, but for the control words: these are as a process starts with them. Setters return the context, so
 * that they chain. Nothing is checked here about a value; {@link ContextRunner} checks what it can before it uses one.
 */
public final class SavedContext implements AutoCloseable {
    /** Control words as a process starts with them (psABI, section 3.4.1). */
    private static final int DEFAULT_MXCSR = 0x1F80;

    private static final int DEFAULT_X87 = 0x037F;

    private final Abi abi;
    private final List<Gobuf.Row> slots;
    private final NativeMemory memory;

    private SavedContext(Abi abi, Gobuf gobuf, NativeMemory memory) {
        this.abi = abi;
        this.slots = gobuf.rows();
        this.memory = memory;
        if (abi.controlWords().mxcsr()) {
            memory.putInt(gobuf.mxcsrOffset(), DEFAULT_MXCSR);
        }
        if (abi.controlWords().x87()) {
            memory.putInt(gobuf.x87Offset(), DEFAULT_X87);
        }
    }

    /** Allocates one with the layout of an ABI; any ABI, whether or not this host can run its code. */
    public static SavedContext allocate(OperatingSystem os, Abi abi) {
        Gobuf gobuf = Gobuf.of(abi);
        return new SavedContext(abi, gobuf, NativeMemory.allocate(os, gobuf.size()));
    }

    /** Returns the ABI whose layout it has. */
    public Abi abi() {
        return abi;
    }

    /** Returns the Gobuf's address; a multiple of the page size. */
    public long address() {
        return memory.address();
    }

    /** Returns its fields, in the order of their offsets. */
    public List<Gobuf.Row> slots() {
        return slots;
    }

    /** Returns the stack pointer; 0 if none was set. */
    public long sp() {
        return memory.getLong(Gobuf.SP);
    }

    /** Sets the stack pointer. At the start of a function it is 8 off a multiple of 16, as after a call. */
    public SavedContext sp(long address) {
        memory.putLong(Gobuf.SP, address);
        return this;
    }

    /** Returns where execution goes on; 0 if that was not set. */
    public long pc() {
        return memory.getLong(Gobuf.PC);
    }

    /** Sets where execution goes on. */
    public SavedContext pc(long address) {
        memory.putLong(Gobuf.PC, address);
        return this;
    }

    /** Returns the goroutine: whatever number its owner knows it by. */
    public long g() {
        return memory.getLong(Gobuf.G);
    }

    /** Sets the goroutine. */
    public SavedContext g(long goroutine) {
        memory.putLong(Gobuf.G, goroutine);
        return this;
    }

    /**
     * Returns a field of at most 8 bytes, with zeros above its own.
     *
     * @param name of a {@linkplain #slots slot}: {@code sp}, {@code ctxt}, {@code bp}, {@code rbx}, {@code mxcsr} …
     * @throws IllegalArgumentException if there is none of this name; the message lists those there are
     */
    public long get(String name) {
        Gobuf.Row slot = word(name);
        byte[] bytes = memory.getBytes(slot.offset(), slot.size());
        long value = 0;
        for (int i = bytes.length - 1; i >= 0; i--) {
            value = value << 8 | bytes[i] & 0xFF;
        }
        return value;
    }

    /**
     * Sets a field of at most 8 bytes.
     *
     * @param name of a {@linkplain #slots slot}
     * @throws IllegalArgumentException if there is none of this name, or the value needs more bytes than it has
     */
    public SavedContext set(String name, long value) {
        Gobuf.Row slot = word(name);
        if (slot.size() < Long.BYTES && value >>> 8 * slot.size() != 0) {
            throw new IllegalArgumentException("0x" + Long.toHexString(value) + " does not fit '" + name
                    + "', which has " + slot.size() + " bytes");
        }
        byte[] bytes = new byte[slot.size()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (value >>> 8 * i);
        }
        memory.putBytes(slot.offset(), bytes);
        return this;
    }

    /** Returns a field of any size, lowest byte first. */
    public byte[] bytes(String name) {
        Gobuf.Row slot = slot(name);
        return memory.getBytes(slot.offset(), slot.size());
    }

    /**
     * Sets a field of any size, such as {@code xmm6}, lowest byte first.
     *
     * @throws IllegalArgumentException if there is none of this name, or it has another size
     */
    public SavedContext bytes(String name, byte[] value) {
        Gobuf.Row slot = slot(name);
        if (value.length != slot.size()) {
            throw new IllegalArgumentException(
                    value.length + " bytes for '" + name + "', which has " + slot.size() + ": pass as many");
        }
        memory.putBytes(slot.offset(), Arrays.copyOf(value, value.length));
        return this;
    }

    private Gobuf.Row word(String name) {
        Gobuf.Row slot = slot(name);
        if (slot.size() > Long.BYTES) {
            throw new IllegalArgumentException(
                    "'" + name + "' has " + slot.size() + " bytes, more than a long: use bytes(name)");
        }
        return slot;
    }

    private Gobuf.Row slot(String name) {
        return slots.stream()
                .filter(row -> row.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("a context of ABI '" + abi.name() + "' has no '" + name
                        + "'; it has " + slots.stream().map(Gobuf.Row::name).toList()));
    }

    /** Gives the memory back; again does nothing. Nothing may resume it or suspend to it any more. */
    @Override
    public void close() {
        memory.close();
    }

    @Override
    public String toString() {
        return memory.isClosed()
                ? "SavedContext[" + abi.name() + ", closed]"
                : String.format("SavedContext[%s, pc 0x%x, sp 0x%x]", abi.name(), pc(), sp());
    }
}
