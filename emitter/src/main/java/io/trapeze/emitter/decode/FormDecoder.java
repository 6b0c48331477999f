// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.decode;

import io.trapeze.emitter.encoding.LittleEndian;
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
import io.trapeze.emitter.operand.Moffs;
import io.trapeze.emitter.operand.Operand;
import io.trapeze.emitter.operand.Reg64;
import io.trapeze.emitter.operand.Reg8;
import io.trapeze.emitter.operand.Registers;
import io.trapeze.emitter.operand.Scale;
import io.trapeze.emitter.operand.Segment;
import java.util.ArrayList;
import java.util.List;

/** Reads the fields and operands of one instruction whose form is known. */
public final class FormDecoder {
    private final Form form;
    private final Opening opening;
    private int at;
    private int decoration;
    private boolean broadcast;
    private Address address;

    private FormDecoder(Form form, Opening opening) {
        this.form = form;
        this.opening = opening;
        this.at = opening.at;
    }

    /**
     * Decodes one instruction.
     *
     * @param form the form it is an instance of
     * @param code its bytes, and nothing else
     * @throws IllegalArgumentException if the bytes are not exactly one instance of the form
     */
    public static DecodedInstruction decode(Form form, byte[] code) {
        Opening opening = Opening.read(code, 0);
        FormDecoder decoder = new FormDecoder(form, opening);
        decoder.require(
                new FormPattern(form).isOpenedBy(opening), "its prefixes, opcode or ModRM byte are those of another");
        DecodedInstruction decoded = decoder.read();
        int length = decoded.fields().length();
        decoder.require(length == code.length, "that takes " + length + " bytes, not " + code.length);
        return decoded;
    }

    /**
     * Decodes an instruction whose opening {@linkplain FormPattern fits} the form.
     *
     * @throws IllegalArgumentException if the rest does not
     */
    static DecodedInstruction decode(Form form, Opening opening) {
        return new FormDecoder(form, opening).read();
    }

    private void require(boolean condition, String reason) {
        if (!condition) {
            throw new IllegalArgumentException(
                    "the bytes " + opening + " are no instance of '" + form + "': " + reason);
        }
    }

    private DecodedInstruction read() {
        Encoding encoding = form.encoding();
        if (encoding.prefixing() != Prefixing.LEGACY) {
            vectorPrefix(encoding.prefixing());
        }
        at += encoding.fixedModRm().isPresent() ? 1 : 0;
        int opcode = at - opening.extensionEnd;
        int sib = 0;
        int displacement = 0;
        if (encoding.modRm()) {
            next();
            if (!opening.isRegister()) {
                int before = at;
                displacement = memory();
                sib = at - before - displacement;
            }
        }
        boolean inOperand = address != null
                || form.operands().stream().anyMatch(o -> o.kind().isOffset());
        require(
                opening.segment == Segment.NONE || inOperand || form.segmentable(),
                "it is about no memory, so FS and GS have no meaning");
        require(!opening.lock || form.lockable() && address != null, "LOCK is not legal here");
        List<Operand> operands = new ArrayList<>();
        for (int i = 0; i < form.operands().size(); i++) {
            operands.add(operand(form.operands().get(i), form.field(i)));
        }
        Fields fields = new Fields(
                opening.prefixesEnd - opening.start,
                opening.extensionEnd - opening.prefixesEnd,
                opcode,
                encoding.modRm() ? 1 : 0,
                sib,
                displacement,
                encoding.immediateBytes());
        int said = decoration
                | (opening.lock ? Decoration.LOCK : 0)
                | (inOperand ? 0 : Decoration.in(opening.segment).bits());
        return new DecodedInstruction(form, fields, List.copyOf(operands), new Decoration(said));
    }

    private int next() {
        return (int) next(1) & 0xFF;
    }

    private long next(int bytes) {
        if (at + bytes > opening.end) {
            throw new IllegalArgumentException("the bytes end in the middle of '" + form.signature() + "'");
        }
        at += bytes;
        return LittleEndian.get(opening.code, at - bytes, bytes);
    }

    private void vectorPrefix(Prefixing prefixing) {
        require(opening.vvvv == 0 || form.opEn().has('V'), "vvvv holds a register");
        require(!opening.operandSize && opening.repeat == 0, "a legacy prefix stands before it");
        if (prefixing == Prefixing.EVEX) {
            require(opening.evexFixed, "a fixed bit of its EVEX prefix is wrong");
            int mask = opening.evexLast & 7;
            boolean zeroing = (opening.evexLast & 0x80) != 0;
            require(mask == 0 || form.allows(Mark.K), "it takes no mask");
            require(!zeroing || form.allows(Mark.Z) && mask != 0, "it does not zero, or says no mask");
            require(!zeroing || opening.isRegister() || !form.stores(), "it zeroes no memory");
            decoration = opening.evexLast & 0x87;
            broadcast = opening.evexB && !opening.isRegister();
            require(!broadcast || form.broadcastBits() > 0, "it broadcasts nothing");
            if (opening.rounds()) {
                boolean rounding = form.allows(Mark.ER);
                int mode = opening.vectorLength;
                require(rounding || form.allows(Mark.SAE) && mode == 0, "it takes no such rounding");
                decoration |= rounding ? Decoration.ROUNDING | mode << 5 : Decoration.SAE;
            }
        }
    }

    /** Reads SIB and displacement; returns the size of the displacement. */
    private int memory() {
        int mod = opening.modRm >> 6;
        int rm = opening.modRm & 7;
        Reg64 base = rm == 4 ? null : Registers.gp64(rm | opening.b << 3);
        IndexReg index = null;
        Scale scale = Scale.X1;
        int baseBits = rm;
        if (rm == 4) {
            int sib = next();
            baseBits = sib & 7;
            base = baseBits == 5 && mod == 0 ? null : Registers.gp64(baseBits | opening.b << 3);
            scale = Scale.values()[sib >> 6];
            if (Registers.gp64(sib >> 3 & 7 | opening.x << 3) instanceof IndexReg i) {
                index = i;
            }
        }
        int bytes = mod == 1 ? 1 : mod == 2 || (mod == 0 && baseBits == 5) ? 4 : 0;
        int displacement = (int) next(bytes) * (bytes == 1 ? disp8Unit() : 1);
        if (mod == 0 && rm == 5) {
            address = Address.rip(displacement);
        } else if (base == null) {
            address = index == null ? Address.absolute(displacement) : Address.of(index, scale, displacement);
        } else {
            address = index == null ? Address.of(base, displacement) : Address.of(base, index, scale, displacement);
        }
        address = address.in(opening.segment);
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
                address == null ? register(kind, opening.modRm & 7 | opening.b << 3 | upperHalf()) : memory(spec);
            case 'R' -> register(kind, opening.modRm >> 3 & 7 | opening.r << 3 | opening.rHigh << 4);
            case 'V' -> register(kind, opening.vvvv);
            case 'O' -> register(kind, opening.opcode & 7 | opening.b << 3);
            case 'I', 'D' -> immediate(kind);
            case 'S' -> {
                int is4 = next();
                require((is4 & 15) == 0, "the low half of its last byte is not 0");
                yield register(kind, is4 >> 4);
            }
            default -> fixed(kind);
        };
    }

    private Mem memory(OperandSpec spec) {
        return broadcast
                ? Broadcast.of(spec.broadcastBits(), address, spec.lanes())
                : Mem.of(spec.kind().memoryBits(), address);
    }

    /** With EVEX, X carries bit 4 of the register in ModRM.rm. */
    private int upperHalf() {
        return opening.prefixing == Prefixing.EVEX ? opening.x << 4 : 0;
    }

    private Operand register(OperandKind kind, int number) {
        RegisterClass registerClass = kind.register().orElseThrow();
        require(registerClass.has(number), "there is no such register");
        boolean high8 = registerClass == RegisterClass.GP8 && !opening.rex && number >= 4 && number < 8;
        return Registers.of(registerClass, high8 ? number | Reg8.FORBIDS_REX : number);
    }

    private Operand immediate(OperandKind kind) {
        int bytes = kind.immediateBytes();
        long value = next(bytes);
        if (kind.isOffset()) {
            return Moffs.at(value).in(opening.segment);
        }
        return new Immediate(kind.signed() || bytes == Long.BYTES ? value : value & (1L << 8 * bytes) - 1);
    }

    /** Returns the one operand of a {@linkplain OperandKind#fixed fixed} kind. */
    public static Operand fixed(OperandKind kind) {
        return kind.isImmediate()
                ? new Immediate(Long.parseLong(kind.notation()))
                : Registers.named(kind.notation()).orElseThrow();
    }
}
