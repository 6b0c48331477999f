// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.operand;

import java.util.Locale;
import java.util.Objects;

/** Where a memory operand lies: base, scaled index, displacement, segment, or a place relative to the next instruction. */
public final class Address {
    /** {@link #base()} of an address without base register. */
    public static final int NONE = -1;
    /** {@link #base()} of an address relative to the next instruction. */
    public static final int RIP = -2;

    private final int base;
    private final int index;
    private final Scale scale;
    private final int displacement;
    private final Segment segment;
    private final Label label;

    private Address(int base, int index, Scale scale, int displacement, Segment segment, Label label) {
        this.base = base;
        this.index = index;
        this.scale = scale;
        this.displacement = displacement;
        this.segment = segment;
        this.label = label;
    }

    /** Returns {@code [base + displacement]}. */
    public static Address of(Reg64 base, int displacement) {
        return new Address(base.number(), NONE, Scale.X1, displacement, Segment.NONE, null);
    }

    /** Returns {@code [base + index*scale + displacement]}. */
    public static Address of(Reg64 base, IndexReg index, Scale scale, int displacement) {
        return new Address(base.number(), index.number(), scale, displacement, Segment.NONE, null);
    }

    /** Returns {@code [index*scale + displacement]}; with scale 1 the register serves as base, which is shorter. */
    public static Address of(IndexReg index, Scale scale, int displacement) {
        return scale == Scale.X1
                ? of(index, displacement)
                : new Address(NONE, index.number(), scale, displacement, Segment.NONE, null);
    }

    /** Returns {@code [displacement]}: an absolute address, sign-extended from 32 bits. */
    public static Address absolute(int displacement) {
        return new Address(NONE, NONE, Scale.X1, displacement, Segment.NONE, null);
    }

    /** Returns the address of {@code label}, relative to the next instruction. */
    public static Address rip(Label label) {
        return new Address(RIP, NONE, Scale.X1, 0, Segment.NONE, Objects.requireNonNull(label, "label"));
    }

    /** Returns {@code [rip + displacement]}, counted from the end of the instruction. */
    public static Address rip(int displacement) {
        return new Address(RIP, NONE, Scale.X1, displacement, Segment.NONE, null);
    }

    /** Returns this address in {@code segment}. */
    public Address in(Segment segment) {
        return new Address(base, index, scale, displacement, segment, label);
    }

    /** Returns this address moved by {@code bytes}. */
    public Address plus(int bytes) {
        return new Address(base, index, scale, Math.addExact(displacement, bytes), segment, label);
    }

    /** Returns the base register's number, {@link #NONE} or {@link #RIP}. */
    public int base() {
        return base;
    }

    /** Returns the index register's number or {@link #NONE}. */
    public int index() {
        return index;
    }

    /** Returns the index register's factor. */
    public Scale scale() {
        return scale;
    }

    /** Returns the displacement in bytes. */
    public int displacement() {
        return displacement;
    }

    /** Returns the segment override. */
    public Segment segment() {
        return segment;
    }

    /** Returns the label that the address names, or null. */
    public Label label() {
        return label;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        if (segment != Segment.NONE) {
            text.append(segment.name().toLowerCase(Locale.ROOT)).append(':');
        }
        text.append('[');
        String plus = "";
        if (base != NONE) {
            text.append(
                    label != null
                            ? "rip + " + label
                            : base == RIP ? "rip" : Registers.gp64(base).name());
            plus = " + ";
        }
        if (index != NONE) {
            text.append(plus).append(Registers.gp64(index).name()).append('*').append(scale.factor());
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
                && base == a.base
                && index == a.index
                && scale == a.scale
                && displacement == a.displacement
                && segment == a.segment
                && label == a.label;
    }

    @Override
    public int hashCode() {
        return Objects.hash(base, index, scale, displacement, segment, label);
    }
}
