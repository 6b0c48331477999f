// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.decode;

import io.trapeze.emitter.isa.Encoding;
import io.trapeze.emitter.isa.Encoding.Prefixing;
import io.trapeze.emitter.isa.Form;
import io.trapeze.emitter.isa.OperandKind;
import io.trapeze.emitter.isa.RegisterClass;
import io.trapeze.emitter.operand.Address;
import io.trapeze.emitter.operand.Immediate;
import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.Mem;
import io.trapeze.emitter.operand.Operand;
import io.trapeze.emitter.operand.Reg64;
import io.trapeze.emitter.operand.Registers;
import io.trapeze.emitter.operand.Scale;
import io.trapeze.emitter.operand.Segment;
import java.util.ArrayList;
import java.util.List;

/** Reads the fields and operands of one instruction whose form is known. */
public final class FormDecoder {
    private final Form form;
    private final byte[] code;
    private int at;

    private Segment segment = Segment.NONE;
    private boolean lock;
    private boolean rex;
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
        if (encoding.prefixing() == Prefixing.LEGACY) {
            at += encoding.map() == 0 ? 0 : encoding.map() == 1 ? 1 : 2;
        }
        opcode = code[at++] & 0xFF;
        at += encoding.fixedModRm().isPresent() ? 1 : 0;
        int opcodeBytes = at - prefixes - extension;
        int sib = 0;
        int displacement = 0;
        if (encoding.modRm()) {
            int modRm = code[at++] & 0xFF;
            mod = modRm >> 6;
            reg = modRm >> 3 & 7 | r << 3 | rHigh << 4;
            rm = modRm & 7;
            if (mod != 3) {
                int before = at;
                displacement = memory();
                sib = at - before - displacement;
            }
        }
        int immediate = encoding.immediateBytes();
        List<Operand> operands = new ArrayList<>();
        for (int i = 0; i < form.operands().size(); i++) {
            operands.add(operand(form.operands().get(i).kind(), form.field(i)));
        }
        Fields fields =
                new Fields(prefixes, extension, opcodeBytes, encoding.modRm() ? 1 : 0, sib, displacement, immediate);
        if (fields.length() != code.length) {
            throw new IllegalArgumentException(
                    "'" + form.signature() + "' takes " + fields.length() + " bytes here, not " + code.length);
        }
        return new DecodedInstruction(form, fields, List.copyOf(operands), lock);
    }

    private void prefixes() {
        while (true) {
            switch (code[at] & 0xFF) {
                case 0x64 -> segment = Segment.FS;
                case 0x65 -> segment = Segment.GS;
                case 0xF0 -> lock = true;
                case 0x66, 0xF2, 0xF3 -> {}
                default -> {
                    return;
                }
            }
            at++;
        }
    }

    private void extension(Encoding encoding) {
        int first = code[at] & 0xFF;
        if (encoding.prefixing() == Prefixing.LEGACY) {
            if (first >> 4 == 4) {
                rex = true;
                r = first >> 2 & 1;
                x = first >> 1 & 1;
                b = first & 1;
                at++;
            }
        } else if (first == 0xC5) {
            int p = code[at + 1];
            r = ~p >> 7 & 1;
            vvvv = ~p >> 3 & 15;
            at += 2;
        } else {
            int p = code[at + 1];
            r = ~p >> 7 & 1;
            x = ~p >> 6 & 1;
            b = ~p >> 5 & 1;
            vvvv = ~code[at + 2] >> 3 & 15;
            at += 3;
            if (encoding.prefixing() == Prefixing.EVEX) {
                rHigh = ~p >> 4 & 1;
                vvvv |= (~code[at] >> 3 & 1) << 4;
                at++;
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
        int displacement = bytes == 0 ? 0 : bytes == 1 ? code[at] << disp8Shift() : little4(at);
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

    /** An 8-bit displacement counts in units of the memory operand's size under EVEX (SDM vol. 2, section 2.7.5). */
    private int disp8Shift() {
        if (form.encoding().prefixing() != Prefixing.EVEX) {
            return 0;
        }
        return form.operands().stream()
                .mapToInt(o -> o.kind().memoryBits())
                .filter(bits -> bits > 0)
                .map(bits -> Integer.numberOfTrailingZeros(bits / 8))
                .findFirst()
                .orElse(0);
    }

    private int little4(int offset) {
        return code[offset] & 0xFF
                | (code[offset + 1] & 0xFF) << 8
                | (code[offset + 2] & 0xFF) << 16
                | code[offset + 3] << 24;
    }

    private Operand operand(OperandKind kind, char field) {
        return switch (field) {
            case 'M' -> mod == 3 ? register(kind, rm | b << 3 | vectorHigh(kind)) : Mem.of(kind.memoryBits(), address);
            case 'R' -> register(kind, reg);
            case 'V' -> register(kind, vvvv);
            case 'O' -> register(kind, opcode & 7 | b << 3);
            case 'I', 'D' -> immediate(kind);
            default -> fixed(kind);
        };
    }

    private int vectorHigh(OperandKind kind) {
        boolean evex = form.encoding().prefixing() == Prefixing.EVEX;
        boolean vector = kind.register().filter(c -> c.bits() >= 128).isPresent();
        return evex && vector ? x << 4 : 0;
    }

    private Operand register(OperandKind kind, int number) {
        RegisterClass registerClass = kind.register().orElseThrow();
        return switch (registerClass) {
            case GP8 -> !rex && number >= 4 && number < 8 ? Registers.high8(number) : Registers.gp8(number);
            case GP16 -> Registers.gp16(number);
            case GP32 -> Registers.gp32(number);
            case GP64 -> Registers.gp64(number);
            case XMM -> Registers.xmm(number);
            case YMM -> Registers.ymm(number);
            case ZMM -> Registers.zmm(number);
            case MASK -> Registers.mask(number & 7);
        };
    }

    private Operand immediate(OperandKind kind) {
        long value = 0;
        for (int i = 0; i < kind.immediateBytes(); i++) {
            value |= (code[at + i] & 0xFFL) << 8 * i;
        }
        int unused = 64 - 8 * kind.immediateBytes();
        at += kind.immediateBytes();
        return new Immediate(kind.signed() ? value << unused >> unused : value);
    }

    private static Operand fixed(OperandKind kind) {
        return kind == OperandKind.ONE
                ? new Immediate(1)
                : Registers.named(kind.notation()).orElseThrow();
    }
}
