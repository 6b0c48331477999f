// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.operand;

import io.trapeze.emitter.encoding.OperandBits;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/** Where a memory operand lies: base, scaled index, displacement, segment, or a place relative to the next instruction. */
public final class Address {
    /** {@link #base()} of an address without base register. */
    public static final int NONE = -1;
    /** {@link #base()} of an address relative to the next instruction. */
    public static final int RIP = -2;

    private static final Scale[] SCALES = Scale.values();

    private final int bits;
    private final int displacement;
    private final Label label;

    private Address(int bits, int displacement, Label label) {
        this.bits = bits;
        this.displacement = displacement;
        this.label = label;
    }

    /**
     * Returns the address that these parts make.
     *
     * @param bits as {@link OperandBits} packs it
     * @param label what the address is relative to, or null
     */
    public static Address of(int bits, int displacement, Label label) {
        return new Address(bits, displacement, label);
    }

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
        return scale == Scale.X1
                ? of(index, displacement)
                : new Address(
                        OperandBits.withIndex(OperandBits.ABSOLUTE, index.number(), scale.ordinal()),
                        displacement,
                        null);
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
        return new Address(bits & ~(OperandBits.FS | OperandBits.GS) | said, displacement, label);
    }

    /**
     * Returns this address moved by {@code bytes}.
     *
     * @throws ArithmeticException if the displacement then exceeds 32 bits
     */
    public Address plus(int bytes) {
        int moved = Math.addExact(displacement, bytes);
        return new Address(OperandBits.displaced(OperandBits.withNoDisplacement(bits), moved), moved, label);
    }

    /** Returns everything but displacement and label, packed as {@link OperandBits} describes. */
    public int bits() {
        return bits;
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

    /** Returns the displacement in bytes; for a label, what is added to its place. */
    public int displacement() {
        return displacement;
    }

    /** Returns the segment override. */
    public Segment segment() {
        return (bits & OperandBits.FS) != 0 ? Segment.FS : (bits & OperandBits.GS) != 0 ? Segment.GS : Segment.NONE;
    }

    /** Returns the label that the address names; empty if it names none. */
    public Optional<Label> label() {
        return Optional.ofNullable(label);
    }

    /** Returns the label that the address names, or null: for the encoder, which makes no object of it. */
    public Label labelOrNull() {
        return label;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        if (segment() != Segment.NONE) {
            text.append(segment().name().toLowerCase(Locale.ROOT)).append(':');
        }
        text.append('[');
        String plus = "";
        if (base() != NONE) {
            text.append(
                    label != null
                            ? "rip + " + label
                            : base() == RIP ? "rip" : Registers.gp64(base()).name());
            plus = " + ";
        }
        if (index() != NONE) {
            text.append(plus).append(Registers.gp64(index()).name()).append('*').append(scale().factor());
            plus = " + ";
        }
        if (plus.isEmpty()) {
            text.append("0x").append(Long.toHexString(displacement)); // the processor sign-extends it
        } else if (displacement != 0) {
            text.append(displacement < 0 ? " - 0x" : plus + "0x")
                    .append(Long.toHexString(Math.abs((long) displacement)));
        }
        return text.append(']').toString();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Address a
                && bits == a.bits
                && displacement == a.displacement
                && Objects.equals(label, a.label);
    }

    @Override
    public int hashCode() {
        return Objects.hash(bits, displacement, label);
    }
}
