// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.operand;

import io.trapeze.emitter.encoding.OperandBits;

/**
 * Memory at an {@link Address}, of a size that the type names as Intel syntax does.
 *
 * <p>Import the factories statically: {@code a.mov(qword(rdi, 8), rax)}. {@link Any} is memory of a size that the
 * instruction fixes or does not care about ({@code lea}, {@code fxsave}).
 */
public abstract sealed class Mem implements Operand
        permits Mem.Any,
                Mem.Byte,
                Mem.Word,
                Mem.Dword,
                Mem.Fword,
                Mem.Qword,
                Mem.Tbyte,
                Mem.Xmmword,
                Mem.Ymmword,
                Mem.Zmmword,
                Broadcast {
    private final int operandBits;
    private final int displacement;
    private final Label label;

    Mem(int operandBits, int displacement, Label label) {
        this.operandBits = operandBits;
        this.displacement = displacement;
        this.label = label;
    }

    Mem(Address address) {
        this(address.bits(), address.displacement(), address.labelOrNull());
    }

    /** Returns where the memory lies. */
    public final Address address() {
        return Address.of(operandBits & ~OperandBits.BROADCAST, displacement, label);
    }

    /** Returns everything but displacement and label, packed as {@link OperandBits} describes: for the encoder. */
    public final int operandBits() {
        return operandBits;
    }

    /** Returns the displacement in bytes; for a label, what is added to its place. */
    public final int displacement() {
        return displacement;
    }

    /** Returns the label that the address names, or null: for the encoder, which makes no object of it. */
    public final Label labelOrNull() {
        return label;
    }

    /** Returns the size in bits; 0 for {@link Any}. */
    public abstract int bits();

    abstract String keyword();

    /** Returns what stands behind the address in text. */
    String suffix() {
        return "";
    }

    @Override
    public final String toString() {
        return keyword() + address() + suffix();
    }

    @Override
    public final boolean equals(Object other) {
        return other instanceof Mem m
                && m.bits() == bits()
                && m.suffix().equals(suffix())
                && m.address().equals(address());
    }

    @Override
    public final int hashCode() {
        return 31 * address().hashCode() + bits();
    }

    /** Returns memory of {@code bits} (0 for any) at {@code address}. */
    public static Mem of(int bits, Address address) {
        return switch (bits) {
            case 0 -> new Any(address);
            case 8 -> new Byte(address);
            case 16 -> new Word(address);
            case 32 -> new Dword(address);
            case 48 -> new Fword(address);
            case 64 -> new Qword(address);
            case 80 -> new Tbyte(address);
            case 128 -> new Xmmword(address);
            case 256 -> new Ymmword(address);
            case 512 -> new Zmmword(address);
            default ->
                throw new IllegalArgumentException("no memory operand of " + bits
                        + " bits: use 8, 16, 32, 48, 64, 80, 128, 256, 512, or 0 for any size");
        };
    }

    /** Returns memory of any size at {@code address}. */
    public static Any ptr(Address address) {
        return new Any(address);
    }

    /** Returns memory of any size at {@code [base]}. */
    public static Any ptr(Reg64 base) {
        return new Any(base.base(), 0, null);
    }

    /** Returns memory of any size at {@code [base + displacement]}. */
    public static Any ptr(Reg64 base, int displacement) {
        return new Any(OperandBits.displaced(base.base(), displacement), displacement, null);
    }

    /** Returns memory of any size at {@code [base + index*scale + displacement]}. */
    public static Any ptr(Reg64 base, IndexReg index, Scale scale, int displacement) {
        return new Any(Address.of(base, index, scale, displacement));
    }

    /** Returns memory of any size at {@code label}, relative to the next instruction. */
    public static Any ptr(Label label) {
        return new Any(Address.rip(label));
    }

    /** Returns the byte at {@code address}. */
    public static Byte byte_(Address address) {
        return new Byte(address);
    }

    /** Returns the byte at {@code [base]}. */
    public static Byte byte_(Reg64 base) {
        return new Byte(base.base(), 0, null);
    }

    /** Returns the byte at {@code [base + displacement]}. */
    public static Byte byte_(Reg64 base, int displacement) {
        return new Byte(OperandBits.displaced(base.base(), displacement), displacement, null);
    }

    /** Returns the byte at {@code [base + index*scale + displacement]}. */
    public static Byte byte_(Reg64 base, IndexReg index, Scale scale, int displacement) {
        return new Byte(Address.of(base, index, scale, displacement));
    }

    /** Returns the byte at {@code label}, relative to the next instruction. */
    public static Byte byte_(Label label) {
        return new Byte(Address.rip(label));
    }

    /** Returns the word at {@code address}. */
    public static Word word(Address address) {
        return new Word(address);
    }

    /** Returns the word at {@code [base]}. */
    public static Word word(Reg64 base) {
        return new Word(base.base(), 0, null);
    }

    /** Returns the word at {@code [base + displacement]}. */
    public static Word word(Reg64 base, int displacement) {
        return new Word(OperandBits.displaced(base.base(), displacement), displacement, null);
    }

    /** Returns the word at {@code [base + index*scale + displacement]}. */
    public static Word word(Reg64 base, IndexReg index, Scale scale, int displacement) {
        return new Word(Address.of(base, index, scale, displacement));
    }

    /** Returns the word at {@code label}, relative to the next instruction. */
    public static Word word(Label label) {
        return new Word(Address.rip(label));
    }

    /** Returns the dword at {@code address}. */
    public static Dword dword(Address address) {
        return new Dword(address);
    }

    /** Returns the dword at {@code [base]}. */
    public static Dword dword(Reg64 base) {
        return new Dword(base.base(), 0, null);
    }

    /** Returns the dword at {@code [base + displacement]}. */
    public static Dword dword(Reg64 base, int displacement) {
        return new Dword(OperandBits.displaced(base.base(), displacement), displacement, null);
    }

    /** Returns the dword at {@code [base + index*scale + displacement]}. */
    public static Dword dword(Reg64 base, IndexReg index, Scale scale, int displacement) {
        return new Dword(Address.of(base, index, scale, displacement));
    }

    /** Returns the dword at {@code label}, relative to the next instruction. */
    public static Dword dword(Label label) {
        return new Dword(Address.rip(label));
    }

    /** Returns the fword at {@code address}. */
    public static Fword fword(Address address) {
        return new Fword(address);
    }

    /** Returns the fword at {@code [base]}. */
    public static Fword fword(Reg64 base) {
        return new Fword(base.base(), 0, null);
    }

    /** Returns the fword at {@code [base + displacement]}. */
    public static Fword fword(Reg64 base, int displacement) {
        return new Fword(OperandBits.displaced(base.base(), displacement), displacement, null);
    }

    /** Returns the fword at {@code [base + index*scale + displacement]}. */
    public static Fword fword(Reg64 base, IndexReg index, Scale scale, int displacement) {
        return new Fword(Address.of(base, index, scale, displacement));
    }

    /** Returns the fword at {@code label}, relative to the next instruction. */
    public static Fword fword(Label label) {
        return new Fword(Address.rip(label));
    }

    /** Returns the qword at {@code address}. */
    public static Qword qword(Address address) {
        return new Qword(address);
    }

    /** Returns the qword at {@code [base]}. */
    public static Qword qword(Reg64 base) {
        return new Qword(base.base(), 0, null);
    }

    /** Returns the qword at {@code [base + displacement]}. */
    public static Qword qword(Reg64 base, int displacement) {
        return new Qword(OperandBits.displaced(base.base(), displacement), displacement, null);
    }

    /** Returns the qword at {@code [base + index*scale + displacement]}. */
    public static Qword qword(Reg64 base, IndexReg index, Scale scale, int displacement) {
        return new Qword(Address.of(base, index, scale, displacement));
    }

    /** Returns the qword at {@code label}, relative to the next instruction. */
    public static Qword qword(Label label) {
        return new Qword(Address.rip(label));
    }

    /** Returns the tbyte at {@code address}. */
    public static Tbyte tbyte(Address address) {
        return new Tbyte(address);
    }

    /** Returns the tbyte at {@code [base]}. */
    public static Tbyte tbyte(Reg64 base) {
        return new Tbyte(base.base(), 0, null);
    }

    /** Returns the tbyte at {@code [base + displacement]}. */
    public static Tbyte tbyte(Reg64 base, int displacement) {
        return new Tbyte(OperandBits.displaced(base.base(), displacement), displacement, null);
    }

    /** Returns the tbyte at {@code [base + index*scale + displacement]}. */
    public static Tbyte tbyte(Reg64 base, IndexReg index, Scale scale, int displacement) {
        return new Tbyte(Address.of(base, index, scale, displacement));
    }

    /** Returns the tbyte at {@code label}, relative to the next instruction. */
    public static Tbyte tbyte(Label label) {
        return new Tbyte(Address.rip(label));
    }

    /** Returns the xmmword at {@code address}. */
    public static Xmmword xmmword(Address address) {
        return new Xmmword(address);
    }

    /** Returns the xmmword at {@code [base]}. */
    public static Xmmword xmmword(Reg64 base) {
        return new Xmmword(base.base(), 0, null);
    }

    /** Returns the xmmword at {@code [base + displacement]}. */
    public static Xmmword xmmword(Reg64 base, int displacement) {
        return new Xmmword(OperandBits.displaced(base.base(), displacement), displacement, null);
    }

    /** Returns the xmmword at {@code [base + index*scale + displacement]}. */
    public static Xmmword xmmword(Reg64 base, IndexReg index, Scale scale, int displacement) {
        return new Xmmword(Address.of(base, index, scale, displacement));
    }

    /** Returns the xmmword at {@code label}, relative to the next instruction. */
    public static Xmmword xmmword(Label label) {
        return new Xmmword(Address.rip(label));
    }

    /** Returns the ymmword at {@code address}. */
    public static Ymmword ymmword(Address address) {
        return new Ymmword(address);
    }

    /** Returns the ymmword at {@code [base]}. */
    public static Ymmword ymmword(Reg64 base) {
        return new Ymmword(base.base(), 0, null);
    }

    /** Returns the ymmword at {@code [base + displacement]}. */
    public static Ymmword ymmword(Reg64 base, int displacement) {
        return new Ymmword(OperandBits.displaced(base.base(), displacement), displacement, null);
    }

    /** Returns the ymmword at {@code [base + index*scale + displacement]}. */
    public static Ymmword ymmword(Reg64 base, IndexReg index, Scale scale, int displacement) {
        return new Ymmword(Address.of(base, index, scale, displacement));
    }

    /** Returns the ymmword at {@code label}, relative to the next instruction. */
    public static Ymmword ymmword(Label label) {
        return new Ymmword(Address.rip(label));
    }

    /** Returns the zmmword at {@code address}. */
    public static Zmmword zmmword(Address address) {
        return new Zmmword(address);
    }

    /** Returns the zmmword at {@code [base]}. */
    public static Zmmword zmmword(Reg64 base) {
        return new Zmmword(base.base(), 0, null);
    }

    /** Returns the zmmword at {@code [base + displacement]}. */
    public static Zmmword zmmword(Reg64 base, int displacement) {
        return new Zmmword(OperandBits.displaced(base.base(), displacement), displacement, null);
    }

    /** Returns the zmmword at {@code [base + index*scale + displacement]}. */
    public static Zmmword zmmword(Reg64 base, IndexReg index, Scale scale, int displacement) {
        return new Zmmword(Address.of(base, index, scale, displacement));
    }

    /** Returns the zmmword at {@code label}, relative to the next instruction. */
    public static Zmmword zmmword(Label label) {
        return new Zmmword(Address.rip(label));
    }

    /** Memory whose size the instruction fixes or ignores. */
    public static final class Any extends Mem {
        Any(Address address) {
            super(address);
        }

        Any(int operandBits, int displacement, Label label) {
            super(operandBits, displacement, label);
        }

        @Override
        public int bits() {
            return 0;
        }

        @Override
        String keyword() {
            return "";
        }
    }

    /** 1 byte of memory. */
    public static final class Byte extends Mem {
        Byte(Address address) {
            super(address);
        }

        Byte(int operandBits, int displacement, Label label) {
            super(operandBits, displacement, label);
        }

        @Override
        public int bits() {
            return 8;
        }

        @Override
        String keyword() {
            return "byte ptr ";
        }
    }

    /** 2 bytes of memory. */
    public static final class Word extends Mem {
        Word(Address address) {
            super(address);
        }

        Word(int operandBits, int displacement, Label label) {
            super(operandBits, displacement, label);
        }

        @Override
        public int bits() {
            return 16;
        }

        @Override
        String keyword() {
            return "word ptr ";
        }
    }

    /** 4 bytes of memory. */
    public static final class Dword extends Mem {
        Dword(Address address) {
            super(address);
        }

        Dword(int operandBits, int displacement, Label label) {
            super(operandBits, displacement, label);
        }

        /** Returns this element for every element of a vector. */
        public Broadcast.Dword broadcast() {
            return new Broadcast.Dword(address(), 0);
        }

        @Override
        public int bits() {
            return 32;
        }

        @Override
        String keyword() {
            return "dword ptr ";
        }
    }

    /** 6 bytes of memory: a far pointer, offset before selector. */
    public static final class Fword extends Mem {
        Fword(Address address) {
            super(address);
        }

        Fword(int operandBits, int displacement, Label label) {
            super(operandBits, displacement, label);
        }

        @Override
        public int bits() {
            return 48;
        }

        @Override
        String keyword() {
            return "fword ptr ";
        }
    }

    /** 8 bytes of memory. */
    public static final class Qword extends Mem {
        Qword(Address address) {
            super(address);
        }

        Qword(int operandBits, int displacement, Label label) {
            super(operandBits, displacement, label);
        }

        /** Returns this element for every element of a vector. */
        public Broadcast.Qword broadcast() {
            return new Broadcast.Qword(address(), 0);
        }

        @Override
        public int bits() {
            return 64;
        }

        @Override
        String keyword() {
            return "qword ptr ";
        }
    }

    /** 10 bytes of memory: an x87 extended real. */
    public static final class Tbyte extends Mem {
        Tbyte(Address address) {
            super(address);
        }

        Tbyte(int operandBits, int displacement, Label label) {
            super(operandBits, displacement, label);
        }

        @Override
        public int bits() {
            return 80;
        }

        @Override
        String keyword() {
            return "tbyte ptr ";
        }
    }

    /** 16 bytes of memory. */
    public static final class Xmmword extends Mem {
        Xmmword(Address address) {
            super(address);
        }

        Xmmword(int operandBits, int displacement, Label label) {
            super(operandBits, displacement, label);
        }

        @Override
        public int bits() {
            return 128;
        }

        @Override
        String keyword() {
            return "xmmword ptr ";
        }
    }

    /** 32 bytes of memory. */
    public static final class Ymmword extends Mem {
        Ymmword(Address address) {
            super(address);
        }

        Ymmword(int operandBits, int displacement, Label label) {
            super(operandBits, displacement, label);
        }

        @Override
        public int bits() {
            return 256;
        }

        @Override
        String keyword() {
            return "ymmword ptr ";
        }
    }

    /** 64 bytes of memory. */
    public static final class Zmmword extends Mem {
        Zmmword(Address address) {
            super(address);
        }

        Zmmword(int operandBits, int displacement, Label label) {
            super(operandBits, displacement, label);
        }

        @Override
        public int bits() {
            return 512;
        }

        @Override
        String keyword() {
            return "zmmword ptr ";
        }
    }
}
