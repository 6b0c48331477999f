// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.operand;

import io.trapeze.emitter.encoding.OperandBits;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Where a memory operand lies: base, scaled index, displacement, segment, or a place relative to the next instruction.
 *
 * @param bits everything but displacement and label, packed as {@link OperandBits} describes
 * @param displacement the displacement in bytes; for a label, what is added to its place
 * @param labelOrNull the label that the address is relative to, or null: for the encoder, which makes no object of it
 */
public record Address(int bits, int displacement, Label labelOrNull) {
    /** {@link #base()} of an address without base register. */
    public static final int NONE = -1;
    /** {@link #base()} of an address relative to the next instruction. */
    public static final int RIP = -2;

    private static final Scale[] SCALES = Scale.values();

    /** Returns {@code [base + displacement]}. */
    public static Address of(Reg64 base, int displacement) {
        return new Address(OperandBits.displaced(base.base(), displacement), displacement, null);
    }

    /** Returns {@code [base + index*scale + displacement]}. */
    public static Address of(Reg64 base, IndexReg index, Scale scale, int displacement) {
        int bits = OperandBits.withIndex(base.base(), index.number(), scale.ordinal());
        return new Address(OperandBits.displaced(bits, displacement), displacement, null);
    }

    /** Returns {@code [index*scale + displacement]}; with scale 1 the register serves as base, which is shorter. */
    public static Address of(IndexReg index, Scale scale, int displacement) {
        int bits = OperandBits.withIndex(OperandBits.ABSOLUTE, index.number(), scale.ordinal());
        return scale == Scale.X1 ? of(index, displacement) : new Address(bits, displacement, null);
    }

    /** Returns {@code [displacement]}: an absolute address, sign-extended from 32 bits. */
    public static Address absolute(int displacement) {
        return new Address(OperandBits.ABSOLUTE, displacement, null);
    }

    /** Returns the address of {@code label}, relative to the next instruction. */
    public static Address rip(Label label) {
        return new Address(OperandBits.RIP, 0, Objects.requireNonNull(label, "label"));
    }

    /** Returns {@code [rip + displacement]}, counted from the end of the instruction. */
    public static Address rip(int displacement) {
        return new Address(OperandBits.RIP, displacement, null);
    }

    /** Returns this address in {@code segment}. */
    public Address in(Segment segment) {
        int said = segment == Segment.FS ? OperandBits.FS : segment == Segment.GS ? OperandBits.GS : 0;
        return new Address(bits & ~(OperandBits.FS | OperandBits.GS) | said, displacement, labelOrNull);
    }

    /**
     * Returns this address moved by {@code bytes}.
     *
     * @throws ArithmeticException if the displacement then exceeds 32 bits
     */
    public Address plus(int bytes) {
        int moved = Math.addExact(displacement, bytes);
        return new Address(OperandBits.displaced(OperandBits.withNoDisplacement(bits), moved), moved, labelOrNull);
    }

    /** Returns the base register's number, {@link #NONE} or {@link #RIP}. */
    public int base() {
        return OperandBits.hasBase(bits) ? OperandBits.baseNumber(bits) : OperandBits.isRip(bits) ? RIP : NONE;
    }

    /** Returns the index register's number or {@link #NONE}. */
    public int index() {
        return OperandBits.hasIndex(bits) ? OperandBits.indexNumber(bits) : NONE;
    }

    /** Returns the index register's factor. */
    public Scale scale() {
        return SCALES[OperandBits.scale(bits)];
    }

    /** Returns the segment override. */
    public Segment segment() {
        return OperandBits.segment(bits);
    }

    /** Returns the label that the address names; empty if it names none. */
    public Optional<Label> label() {
        return Optional.ofNullable(labelOrNull);
    }

    @Override
    public String toString() {
        List<String> parts = new ArrayList<>();
        if (base() != NONE) {
            parts.add(base() == RIP ? "rip" : Registers.gp64(base()).name());
        }
        if (labelOrNull != null) {
            parts.add(labelOrNull.name());
        }
        if (index() != NONE) {
            parts.add(Registers.gp64(index()).name() + "*" + scale().factor());
        }
        boolean subtracted = displacement < 0 && !parts.isEmpty(); // alone, the processor sign-extends it
        if (!subtracted && (displacement != 0 || parts.isEmpty())) {
            parts.add("0x" + Long.toHexString(displacement));
        }
        String minus = subtracted ? " - 0x" + Long.toHexString(-(long) displacement) : "";
        return segment().text() + "[" + String.join(" + ", parts) + minus + "]";
    }
}
