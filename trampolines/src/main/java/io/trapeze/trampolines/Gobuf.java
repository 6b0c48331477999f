// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines;

import io.trapeze.emitter.Caller;
import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.KReg;
import io.trapeze.emitter.operand.Mem;
import io.trapeze.emitter.operand.Reg64;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.PreservedVector;
import io.trapeze.trampolines.abi.ThreadBlock;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * The layout of a suspended goroutine's state.
 *
 * <p>The first seven fields are those of Go's {@code runtime.gobuf}, at the same offsets for every ABI. The registers
 * that the ABI preserves follow: general ones (8 bytes each), vectors (8 to 64 bytes each, only 8-byte aligned), masks (8 bytes
 * each), control words (8 bytes), thread-block fields (8 bytes each). Where walks over the stack need one, a machine frame ends it: pc and sp
 * again, at the distance that such walks expect. All offsets and sizes are in bytes.
 */
public final class Gobuf {
    /** Stack pointer after the return from the call that suspended. */
    public static final int SP = 0;
    /** Where execution goes on. */
    public static final int PC = 8;
    /** The goroutine. */
    public static final int G = 16;
    /** Closure context; carried, never read by the primitives. */
    public static final int CTXT = 24;
    /** Return value; carried, never read by the primitives. */
    public static final int RET = 32;
    /** Link register; unused on x86-64. */
    public static final int LR = 40;
    /** Frame pointer. */
    public static final int BP = 48;
    /** Where the ABI's own slots begin. */
    public static final int REGISTERS = 56;

    private final Abi abi;
    private final int vectors;
    private final int masks;
    private final int control;
    private final int threadBlock;
    private final int machineFrame;
    private final int size;

    private Gobuf(Abi abi) {
        this.abi = abi;
        this.vectors = REGISTERS + 8 * abi.preservedGeneral().size();
        this.masks = vectors
                + abi.preservedVectors().stream()
                        .mapToInt(PreservedVector::bytes)
                        .sum();
        this.control = masks + 8 * abi.preserved().masks().size();
        this.threadBlock = control + (abi.controlWords().any() ? 8 : 0);
        this.machineFrame = threadBlock + 8 * abi.threadFields().size();
        this.size = machineFrame + (abi.stack().machineFrames() ? Caller.MACHINE_FRAME_RSP + 8 : 0);
        requireSound(rows());
    }

    /** Offsets are written down in two places, here and as emitted displacements, so a wrong one must not get that far. */
    private void requireSound(List<Row> rows) {
        int end = 0;
        for (Row row : rows) {
            if (row.offset() < end || row.offset() + row.size() > size) {
                throw new IllegalStateException(
                        "the Gobuf of ABI '" + abi.name() + "' has " + row + ", but the slot before" + " it ends at "
                                + end + " and the Gobuf at " + size + ": the layout is computed wrongly");
            }
            end = row.offset() + row.size();
        }
    }

    /** Returns the layout for an ABI. */
    public static Gobuf of(Abi abi) {
        return new Gobuf(abi);
    }

    /** Returns the size in bytes, a multiple of 8. */
    public int size() {
        return size;
    }

    /** Returns the offset of a preserved general register's slot; RBP's is {@link #BP}. */
    public int offset(Reg64 register) {
        return REGISTERS + 8 * index(abi.preservedGeneral(), register);
    }

    /** Returns the offset of a preserved vector's slot. */
    public int offset(PreservedVector vector) {
        int slot = index(abi.preservedVectors(), vector);
        return vectors
                + abi.preservedVectors().subList(0, slot).stream()
                        .mapToInt(PreservedVector::bytes)
                        .sum();
    }

    /** Returns the offset of a preserved mask register's slot. */
    public int offset(KReg mask) {
        return masks + 8 * index(abi.preserved().masks(), mask);
    }

    /** Returns the offset of a thread-block field's slot. */
    public int offset(ThreadBlock.Field field) {
        return threadBlock + 8 * index(abi.threadFields(), field);
    }

    /** Returns the offset of the machine frame; none if walks need none. */
    public OptionalInt machineFrame() {
        return abi.stack().machineFrames() ? OptionalInt.of(machineFrame) : OptionalInt.empty();
    }

    /** Returns the offset of the saved MXCSR (4 bytes). */
    public int mxcsrOffset() {
        requirePreserved(abi.controlWords().mxcsr(), "mxcsr");
        return control;
    }

    /** Returns the offset of the saved x87 control word (2 bytes). */
    public int x87Offset() {
        requirePreserved(abi.controlWords().x87(), "the x87 control word");
        return control + 4;
    }

    private void requirePreserved(boolean preserved, String word) {
        if (!preserved) {
            throw new IllegalArgumentException("a Gobuf of ABI '" + abi.name() + "' has no slot for " + word
                    + ", which that ABI does not preserve");
        }
    }

    private int index(List<?> slots, Object slot) {
        int index = slots.indexOf(slot);
        if (index < 0) {
            throw new IllegalArgumentException(
                    "a Gobuf of ABI '" + abi.name() + "' has no slot for " + slot + "; it has " + slots);
        }
        return index;
    }

    /** Returns the stack pointer of the Gobuf at {@code base}. */
    public Mem.Qword sp(Reg64 base) {
        return Mem.qword(base, SP);
    }

    /** Returns the program counter of the Gobuf at {@code base}. */
    public Mem.Qword pc(Reg64 base) {
        return Mem.qword(base, PC);
    }

    /** Returns the goroutine of the Gobuf at {@code base}. */
    public Mem.Qword g(Reg64 base) {
        return Mem.qword(base, G);
    }

    /** Returns the frame pointer of the Gobuf at {@code base}. */
    public Mem.Qword bp(Reg64 base) {
        return Mem.qword(base, BP);
    }

    /** Returns the slot of a preserved general register. */
    public Mem.Qword slot(Reg64 base, IndexReg register) {
        return Mem.qword(base, offset(register));
    }

    /** Returns the slot of a preserved mask register. */
    public Mem.Qword slot(Reg64 base, KReg mask) {
        return Mem.qword(base, offset(mask));
    }

    /** Returns the slot of a thread-block field. */
    public Mem.Qword slot(Reg64 base, ThreadBlock.Field field) {
        return Mem.qword(base, offset(field));
    }

    /** Returns the slot of MXCSR. */
    public Mem.Dword mxcsr(Reg64 base) {
        return Mem.dword(base, mxcsrOffset());
    }

    /** Returns the slot of the x87 control word. */
    public Mem.Word x87(Reg64 base) {
        return Mem.word(base, x87Offset());
    }

    /**
     * One row of the layout.
     *
     * @param name what is kept there
     * @param offset bytes from the Gobuf's start
     * @param size bytes
     */
    public record Row(String name, int offset, int size) {}

    /** Returns all fields in the order of their offsets. */
    public List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        rows.add(new Row("sp", SP, 8));
        rows.add(new Row("pc", PC, 8));
        rows.add(new Row("g", G, 8));
        rows.add(new Row("ctxt", CTXT, 8));
        rows.add(new Row("ret", RET, 8));
        rows.add(new Row("lr", LR, 8));
        rows.add(new Row("bp", BP, 8));
        for (IndexReg register : abi.preservedGeneral()) {
            rows.add(new Row(register.name(), offset(register), 8));
        }
        for (PreservedVector vector : abi.preservedVectors()) {
            rows.add(new Row(vector.name(), offset(vector), vector.bytes()));
        }
        for (KReg mask : abi.preserved().masks()) {
            rows.add(new Row(mask.name(), offset(mask), 8));
        }
        if (abi.controlWords().mxcsr()) {
            rows.add(new Row("mxcsr", mxcsrOffset(), 4));
        }
        if (abi.controlWords().x87()) {
            rows.add(new Row("x87 control word", x87Offset(), 2));
        }
        for (ThreadBlock.Field field : abi.threadFields()) {
            rows.add(new Row(field.name(), offset(field), 8));
        }
        if (abi.stack().machineFrames()) {
            rows.add(new Row("pc, for walks", machineFrame, 8));
            rows.add(new Row("sp, for walks", machineFrame + Caller.MACHINE_FRAME_RSP, 8));
        }
        return rows;
    }
}
