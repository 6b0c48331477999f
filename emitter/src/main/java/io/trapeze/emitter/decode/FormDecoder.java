// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.decode;

import io.trapeze.emitter.encoding.LittleEndian;
import io.trapeze.emitter.encoding.ModRm;
import io.trapeze.emitter.isa.Encoding;
import io.trapeze.emitter.isa.Encoding.Prefixing;
import io.trapeze.emitter.isa.Form;
import io.trapeze.emitter.isa.Mark;
import io.trapeze.emitter.isa.OperandKind;
import io.trapeze.emitter.isa.OperandSpec;
import io.trapeze.emitter.isa.RegisterClass;
import io.trapeze.emitter.operand.Address;
import io.trapeze.emitter.operand.Broadcast;
import io.trapeze.emitter.operand.Decoration;
import io.trapeze.emitter.operand.Immediate;
import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.Mem;
import io.trapeze.emitter.operand.Operand;
import io.trapeze.emitter.operand.Reg64;
import io.trapeze.emitter.operand.Reg8;
import io.trapeze.emitter.operand.Registers;
import io.trapeze.emitter.operand.Scale;
import io.trapeze.emitter.operand.Segment;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** Reads the fields and operands of one instruction whose form is known. */
public final class FormDecoder {
    private final Form form;
    private final byte[] code;
    private int at;

    private Segment segment = Segment.NONE;
    private int decoration;
    private boolean broadcast;
    private boolean operandSize;
    private boolean addressSize;
    private int repeat;
    private boolean rex;
    private boolean w;
    private int r;
    private int x;
    private int b;
    private int rHigh;
    private int vvvv;
    private int mod;
    private int rm;
    private int reg;
    private int opcode;
    private Address address;

    private FormDecoder(Form form, byte[] code) {
        this.form = form;
        this.code = code;
    }

    /**
     * Decodes one instruction.
     *
     * @param form the form it is an instance of
     * @param code its bytes, and nothing else
     * @throws IllegalArgumentException if the bytes are not exactly one instance of the form
     */
    public static DecodedInstruction decode(Form form, byte[] code) {
        FormDecoder decoder = new FormDecoder(form, code);
        DecodedInstruction decoded = decoder.decode();
        int length = decoded.fields().length();
        decoder.require(length == code.length, "that takes " + length + " bytes, not " + code.length);
        return decoded;
    }

    /**
     * Decodes the instruction that the bytes begin with.
     *
     * @throws IllegalArgumentException if they do not begin with an instance of the form
     */
    static DecodedInstruction decodeFirst(Form form, byte[] code) {
        return new FormDecoder(form, code).decode();
    }

    private DecodedInstruction decode() {
        try {
            return read();
        } catch (ArrayIndexOutOfBoundsException e) {
            throw new IllegalArgumentException("the bytes end in the middle of '" + form.signature() + "'", e);
        }
    }

    private DecodedInstruction read() {
        Encoding encoding = form.encoding();
        prefixes();
        int prefixes = at;
        extension(encoding);
        int extension = at - prefixes;
        opcode(encoding);
        int opcodeBytes = at - prefixes - extension;
        int sib = 0;
        int displacement = 0;
        if (encoding.modRm()) {
            modRm(encoding);
            if (mod != ModRm.REGISTER) {
                int before = at;
                displacement = memory();
                sib = at - before - displacement;
            }
        }
        require((decoration & Decoration.LOCK) == 0 || form.lockable() && address != null, "LOCK is not legal here");
        List<Operand> operands = new ArrayList<>();
        for (int i = 0; i < form.operands().size(); i++) {
            operands.add(operand(form.operands().get(i), form.field(i)));
        }
        int immediate = encoding.immediateBytes();
        Fields fields =
                new Fields(prefixes, extension, opcodeBytes, encoding.modRm() ? 1 : 0, sib, displacement, immediate);
        return new DecodedInstruction(form, fields, List.copyOf(operands), new Decoration(decoration));
    }

    private void require(boolean condition, String reason) {
        if (!condition) {
            throw new IllegalArgumentException("the bytes "
                    + HexFormat.ofDelimiter(" ").formatHex(code) + " are no instance of '" + form + "': " + reason);
        }
    }

    private void prefixes() {
        boolean more = true;
        while (more) {
            switch (code[at] & 0xFF) {
                case 0x64 -> segment = Segment.FS;
                case 0x65 -> segment = Segment.GS;
                case 0xF0 -> decoration = Decoration.LOCK;
                case 0x66 -> operandSize = true;
                case 0x67 -> addressSize = true;
                case 0xF3 -> repeat = 2;
                case 0xF2 -> repeat = 3;
                default -> more = false;
            }
            at += more ? 1 : 0;
        }
    }

    private void extension(Encoding encoding) {
        require(addressSize == encoding.addressSize32(), "67H is missing or too much");
        int first = code[at] & 0xFF;
        switch (encoding.prefixing()) {
            case LEGACY -> {
                rex = first >> 4 == 4;
                if (rex) {
                    w = (first & 8) != 0;
                    r = first >> 2 & 1;
                    x = first >> 1 & 1;
                    b = first & 1;
                    at++;
                }
                int mandatory = encoding.mandatory();
                require(operandSize == (encoding.operandSize16() || mandatory == 1), "66H is missing or too much");
                require(repeat == (mandatory > 1 ? mandatory : 0), "its mandatory prefix is another");
            }
            case VEX -> {
                require(first == 0xC5 || first == 0xC4, "it begins with no VEX prefix");
                int last = code[at + (first == 0xC5 ? 1 : 2)];
                r = ~code[at + 1] >> 7 & 1;
                int map = 1;
                if (first == 0xC4) {
                    x = ~code[at + 1] >> 6 & 1;
                    b = ~code[at + 1] >> 5 & 1;
                    map = code[at + 1] & 0x1F;
                    w = last >> 7 != 0;
                }
                vvvv = ~last >> 3 & 15;
                requireVector(encoding, map, last, last >> 2 & 1);
                at += first == 0xC5 ? 2 : 3;
            }
            case EVEX -> {
                require(first == 0x62, "it begins with no EVEX prefix");
                int inverted = ~code[at + 1];
                r = inverted >> 7 & 1;
                x = inverted >> 6 & 1;
                b = inverted >> 5 & 1;
                rHigh = inverted >> 4 & 1;
                w = code[at + 2] >> 7 != 0;
                vvvv = ~code[at + 2] >> 3 & 15 | (~code[at + 3] >> 3 & 1) << 4;
                int length = evexLength(code[at + 3], (code[at + 5] & 0xC0) == 0xC0);
                requireVector(encoding, code[at + 1] & 0xF, code[at + 2], length);
                require((code[at + 2] & 4) != 0, "a fixed bit of its EVEX prefix is wrong");
                at += 4;
            }
        }
        require(w == encoding.w(), "W is not as the form has it");
    }

    /** Reads the last byte of an EVEX prefix, which depends on whether ModRM names a register; returns the vector length. */
    private int evexLength(int last, boolean registers) {
        boolean zeroing = (last & 0x80) != 0;
        require((last & 7) == 0 || form.allows(Mark.K), "it takes no mask");
        require(!zeroing || form.allows(Mark.Z) && (last & 7) != 0, "it does not zero, or says no mask");
        require(!zeroing || registers || !form.stores(), "it zeroes no memory");
        decoration |= last & 0x87;
        int length = last >> 5 & 3;
        boolean special = (last & 0x10) != 0;
        if (!special || !registers) {
            broadcast = special;
            require(!broadcast || form.broadcastBits() > 0, "it broadcasts nothing");
            return length;
        }
        require(form.allows(Mark.ER) || form.allows(Mark.SAE) && length == 0, "it takes no such rounding");
        decoration |= form.allows(Mark.ER) ? Decoration.ROUNDING | length << 5 : Decoration.SAE;
        return form.encoding().length();
    }

    private void requireVector(Encoding encoding, int map, int prefixes, int length) {
        require(map == encoding.map(), "its opcode map is another");
        require((prefixes & 3) == encoding.mandatory(), "its mandatory prefix is another");
        require(length == encoding.length(), "its vector length is another");
        require(vvvv == 0 || form.opEn().has('V'), "vvvv holds a register");
        require(!operandSize && repeat == 0, "a legacy prefix stands before it");
    }

    private void opcode(Encoding encoding) {
        if (encoding.prefixing() == Prefixing.LEGACY && encoding.map() > 0) {
            require((code[at++] & 0xFF) == 0x0F, "it lacks the escape byte 0FH");
            if (encoding.map() > 1) {
                require((code[at++] & 0xFF) == (encoding.map() == 2 ? 0x38 : 0x3A), "its opcode map is another");
            }
        }
        opcode = code[at++] & 0xFF;
        require((encoding.opcodeRegister() ? opcode & ~7 : opcode) == encoding.opcode(), "its opcode is another");
        encoding.fixedModRm().ifPresent(fixed -> require((code[at++] & 0xFF) == fixed, "its ModRM byte is another"));
    }

    private void modRm(Encoding encoding) {
        int modRm = code[at++] & 0xFF;
        mod = modRm >> 6;
        reg = modRm >> 3 & 7 | r << 3 | rHigh << 4;
        rm = modRm & 7;
        encoding.digit().ifPresent(digit -> require((reg & 7) == digit, "its ModRM.reg is another"));
        for (int i = 0; i < form.operands().size(); i++) {
            if (form.field(i) == 'M') {
                OperandKind kind = form.operands().get(i).kind();
                boolean memory = mod != ModRm.REGISTER;
                require(
                        memory ? kind.allowsMemory() : kind.register().isPresent(),
                        memory ? "it takes no memory" : "it takes no register");
            }
        }
    }

    /** Reads SIB and displacement; returns the size of the displacement. */
    private int memory() {
        Reg64 base = rm == 4 ? null : Registers.gp64(rm | b << 3);
        IndexReg index = null;
        Scale scale = Scale.X1;
        int baseBits = rm;
        if (rm == 4) {
            int sib = code[at++] & 0xFF;
            baseBits = sib & 7;
            base = baseBits == 5 && mod == 0 ? null : Registers.gp64(baseBits | b << 3);
            scale = Scale.values()[sib >> 6];
            if (Registers.gp64(sib >> 3 & 7 | x << 3) instanceof IndexReg i) {
                index = i;
            }
        }
        int bytes = mod == 1 ? 1 : mod == 2 || (mod == 0 && baseBits == 5) ? 4 : 0;
        int displacement = (int) LittleEndian.get(code, at, bytes) * (bytes == 1 ? disp8Unit() : 1);
        at += bytes;
        if (mod == 0 && rm == 5) {
            address = Address.rip(displacement);
        } else if (base == null) {
            address = index == null ? Address.absolute(displacement) : Address.of(index, scale, displacement);
        } else {
            address = index == null ? Address.of(base, displacement) : Address.of(base, index, scale, displacement);
        }
        address = address.in(segment);
        return bytes;
    }

    /** An 8-bit displacement counts in elements or whole operands under EVEX (SDM vol. 2, section 2.7.5). */
    private int disp8Unit() {
        return broadcast ? form.broadcastBits() / 8 : form.displacementUnit();
    }

    private Operand operand(OperandSpec spec, char field) {
        OperandKind kind = spec.kind();
        return switch (field) {
            case 'M' ->
                mod == 3
                        ? register(kind, rm | b << 3 | upperHalf())
                        : broadcast
                                ? Broadcast.of(spec.broadcastBits(), address, spec.lanes())
                                : Mem.of(kind.memoryBits(), address);
            case 'R' -> register(kind, reg);
            case 'V' -> register(kind, vvvv);
            case 'O' -> register(kind, opcode & 7 | b << 3);
            case 'I', 'D' -> immediate(kind);
            case 'S' -> {
                int is4 = code[at++];
                require((is4 & 15) == 0, "the low half of its last byte is not 0");
                yield register(kind, is4 >> 4 & 15);
            }
            default -> fixed(kind);
        };
    }

    /** With EVEX, X carries bit 4 of the register in ModRM.rm. */
    private int upperHalf() {
        return form.encoding().prefixing() == Prefixing.EVEX ? x << 4 : 0;
    }

    private Operand register(OperandKind kind, int number) {
        RegisterClass registerClass = kind.register().orElseThrow();
        require(registerClass.has(number), "there is no such register");
        boolean high8 = registerClass == RegisterClass.GP8 && !rex && number >= 4 && number < 8;
        return Registers.of(registerClass, high8 ? number | Reg8.FORBIDS_REX : number);
    }

    private Operand immediate(OperandKind kind) {
        int bytes = kind.immediateBytes();
        long value = LittleEndian.get(code, at, bytes);
        at += bytes;
        return new Immediate(kind.signed() || bytes == Long.BYTES ? value : value & (1L << 8 * bytes) - 1);
    }

    private static Operand fixed(OperandKind kind) {
        return kind == OperandKind.ONE
                ? new Immediate(1)
                : Registers.named(kind.notation()).orElseThrow();
    }
}
