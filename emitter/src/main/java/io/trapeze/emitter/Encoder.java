// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter;

import io.trapeze.emitter.encoding.AddressShape;
import io.trapeze.emitter.encoding.EffectiveAddress;
import io.trapeze.emitter.encoding.Evex;
import io.trapeze.emitter.encoding.LegacyOpcode;
import io.trapeze.emitter.encoding.LittleEndian;
import io.trapeze.emitter.encoding.ModRm;
import io.trapeze.emitter.encoding.Rex;
import io.trapeze.emitter.encoding.Vex;
import io.trapeze.emitter.isa.Descriptor;
import io.trapeze.emitter.isa.Form;
import io.trapeze.emitter.isa.Guard;
import io.trapeze.emitter.isa.InstructionTable;
import io.trapeze.emitter.operand.Address;
import io.trapeze.emitter.operand.Broadcast;
import io.trapeze.emitter.operand.Decoration;
import io.trapeze.emitter.operand.Immediate;
import io.trapeze.emitter.operand.Label;
import io.trapeze.emitter.operand.Mem;
import io.trapeze.emitter.operand.Operand;
import io.trapeze.emitter.operand.Reg8;
import java.util.Arrays;
import java.util.List;

/**
 * Writes single instructions from packed descriptors and register codes.
 *
 * <p>The generated methods of {@link Instructions} call it with constants. Everything that can be refused is checked
 * before the first byte is written, so a refused instruction leaves nothing.
 */
abstract class Encoder {
    /** More bytes than any instruction has (15), so that one check a call is enough. */
    private static final int ROOM = 32;

    private byte[] code = new byte[256];
    private int position;
    /** What was said of the next instruction: {@link Decoration#bits}. */
    private int pending;

    final byte[] code() {
        return code;
    }

    final int position() {
        return position;
    }

    /** Drops all code, so that the buffer serves again. */
    final void clearCode() {
        position = 0;
        pending = 0;
    }

    /** Called after each instruction; {@code form} is a {@link Form#id()}, {@code label} null where none is named. */
    abstract void emitted(int form, int start, Label label, int addend);

    /** Called for a branch; its bytes are chosen when the code is finished. A descriptor of 0 means no such form. */
    abstract void branch(long shortForm, long longForm, Label target);

    /** Called for a displacement that is to become {@code label} + addend − {@code end}. */
    abstract void labelDisplacement(int at, int end, Label label, int addend);

    /** Throws if a label is of another assembler. */
    abstract void checkOwn(Label label);

    // ---- refusing ---------------------------------------------------------------------------------------------------

    /** Returns {@code refusal} to be thrown, and takes back what was said of the instruction. */
    final EncodingException refused(EncodingException refusal) {
        pending = 0;
        return refusal;
    }

    final EncodingException refused(String mnemonic, List<? extends Operand> operands, String reason) {
        return refused(EncodingException.refused(decoration(), mnemonic, operands, reason));
    }

    private EncodingException refused(long d, int reg, int v, int rm, Mem mem, long value) {
        return refused(Refusal.of(d, pending, reg, v, rm, mem, value));
    }

    /** Whether no encoding has these registers: {@code codes} are or-ed, with the byte-register marks of {@link Reg8}. */
    private static boolean excluded(long d, int codes, int rexBits) {
        boolean upper = !Guard.isLow(codes) && Descriptor.prefixing(d) != Descriptor.EVEX;
        boolean hidden = (codes & Reg8.FORBIDS_REX) != 0 && (rexBits | codes & Reg8.NEEDS_REX) != 0;
        return upper || hidden;
    }

    // ---- LOCK, masks, rounding --------------------------------------------------------------------------------------

    /** Says something of the next instruction: {@link Decoration#bits}. */
    final void decorateNext(int bits) {
        if (pending != 0 && decoration().contradicts(new Decoration(bits))) {
            throw refused(new EncodingException("'"
                    + new Decoration(bits).toString().strip() + "' after '"
                    + decoration().toString().strip() + "', which still waited for its instruction: say it once"));
        }
        pending |= bits;
    }

    /** Returns what was said of the next instruction. */
    final Decoration decoration() {
        return new Decoration(pending);
    }

    /** Refuses what was said of an instruction before what is none. */
    final void refuseDecoratedData() {
        if (pending != 0) {
            throw refused(new EncodingException("'" + decoration().toString().strip()
                    + "' is followed by no instruction: say it directly before the instruction it belongs to"));
        }
    }

    private boolean takesAll(long d, boolean memory) {
        return Refusal.objection(d, pending, memory).isEmpty();
    }

    /** Whether a VEX form can say what is asked of an instruction that has an EVEX form as well. */
    final boolean vexSuffices(int codes) {
        return pending == 0 && Guard.isLow(codes);
    }

    /** Returns the VEX form's descriptor where that form suffices: it is never longer. */
    final long vexOr(long vex, long evex, int codes) {
        return vexSuffices(codes) ? vex : evex;
    }

    // ---- generated methods call these -------------------------------------------------------------------------------

    final void plain(long d) {
        if (pending != 0) {
            throw refused(d, 0, 0, 0, null, 0);
        }
        commit(d, putPlainOpcode(room(), d));
    }

    final void immediate(long d, long value) {
        if (pending != 0 || !Descriptor.immediateFits(d, value)) {
            throw refused(d, 0, 0, 0, null, value);
        }
        byte[] b = room();
        commit(d, putImmediate(b, putPlainOpcode(b, d), d, value));
    }

    /** Writes an instruction with a second immediate, of one byte. */
    final void immediates(long d, long value, long second) {
        if (pending != 0
                || !Descriptor.immediateFits(d, value)
                || second != (second & 0xFF) && second != (byte) second) {
            throw refused(
                    InstructionTable.shipped().form(Descriptor.id(d)).mnemonic(),
                    List.of(new Immediate(value), new Immediate(second)),
                    pending != 0 ? "nothing can be said of it besides" : "an immediate does not fit");
        }
        byte[] b = room();
        int p = putImmediate(b, putPlainOpcode(b, d), d, value);
        b[p++] = (byte) second;
        commit(d, p);
    }

    final void opcodeRegister(long d, int reg) {
        if (pending != 0) {
            throw refused(d, 0, 0, reg, null, 0);
        }
        commit(d, putOpcodeRegister(room(), d, reg));
    }

    final void opcodeRegister(long d, int reg, long value) {
        if (pending != 0 || !Descriptor.immediateFits(d, value)) {
            throw refused(d, 0, 0, reg, null, value);
        }
        byte[] b = room();
        commit(d, putImmediate(b, putOpcodeRegister(b, d, reg), d, value));
    }

    final void registers(long d, int reg, int v, int rm) {
        int rex = Rex.bits(Descriptor.w(d), reg, 0, rm);
        if (pending != 0 && !takesAll(d, false) || excluded(d, reg | v | rm, rex)) {
            throw refused(d, reg, v, rm, null, 0);
        }
        commit(d, putRegisters(room(), d, reg, v, rm, rex));
    }

    final void registers(long d, int reg, int v, int rm, long value) {
        int rex = Rex.bits(Descriptor.w(d), reg, 0, rm);
        if (pending != 0 && !takesAll(d, false)
                || excluded(d, reg | v | rm, rex)
                || !Descriptor.immediateFits(d, value)) {
            throw refused(d, reg, v, rm, null, value);
        }
        byte[] b = room();
        commit(d, putImmediate(b, putRegisters(b, d, reg, v, rm, rex), d, value));
    }

    /** Moves between registers by the form whose prefix is shorter: load ({@code rm}) or store ({@code mr}). */
    final void eitherWay(long rm, long mr, int destination, int v, int source) {
        if (Descriptor.prefixing(rm) == Descriptor.VEX && Guard.isShorterReversed(destination, source)) {
            registers(mr, source, v, destination);
        } else {
            registers(rm, destination, v, source);
        }
    }

    final void memory(long d, int reg, int v, Mem mem) {
        Address address = mem.address();
        memory(d, reg, v, address.shape(), address.displacement(), address.labelOrNull());
    }

    final void memory(long d, int reg, int v, Mem mem, long value) {
        Address address = mem.address();
        memory(d, reg, v, address.shape(), address.displacement(), address.labelOrNull(), value);
    }

    final void broadcast(long d, int reg, int v, Broadcast mem) {
        Address address = mem.address();
        int shape = address.shape() | AddressShape.BROADCAST;
        memory(d, reg, v, shape, address.displacement(), address.labelOrNull());
    }

    final void broadcast(long d, int reg, int v, Broadcast mem, long value) {
        Address address = mem.address();
        int shape = address.shape() | AddressShape.BROADCAST;
        memory(d, reg, v, shape, address.displacement(), address.labelOrNull(), value);
    }

    // the operand as numbers: where the methods above are inlined, no object is left of it

    private void memory(long d, int reg, int v, int shape, int displacement, Label label) {
        int rex = memoryRex(d, reg, shape);
        if (pending != 0 && !takesAll(d, true) || excluded(d, reg | v, rex)) {
            throw refused(d, reg, v, 0, Refusal.memory(d, shape, displacement, label), 0);
        }
        byte[] b = room(label);
        int end = putMemory(b, d, reg, v, shape, displacement, rex);
        commit(d, end, label, displacement, end);
    }

    private void memory(long d, int reg, int v, int shape, int displacement, Label label, long value) {
        int rex = memoryRex(d, reg, shape);
        if (pending != 0 && !takesAll(d, true) || excluded(d, reg | v, rex) || !Descriptor.immediateFits(d, value)) {
            throw refused(d, reg, v, 0, Refusal.memory(d, shape, displacement, label), value);
        }
        byte[] b = room(label);
        int displacementEnd = putMemory(b, d, reg, v, shape, displacement, rex);
        commit(d, displacementEnd, label, displacement, putImmediate(b, displacementEnd, d, value));
    }

    private static int memoryRex(long d, int reg, int shape) {
        return Rex.bits(Descriptor.w(d), reg, AddressShape.indexNumber(shape), AddressShape.baseNumber(shape));
    }

    private byte[] room(Label label) {
        if (label != null) {
            checkOwn(label);
        }
        return room();
    }

    // ---- writing ----------------------------------------------------------------------------------------------------

    private int putPlainOpcode(byte[] b, long d) {
        int p = Descriptor.prefixing(d) == Descriptor.LEGACY
                ? LegacyOpcode.write(b, position, d, Rex.bits(Descriptor.w(d), 0, 0, 0), false, false, 0)
                : Vex.write(b, position, d, 0, 0, 0, 0);
        if (Descriptor.hasFixedModRm(d)) {
            b[p++] = (byte) Descriptor.fixedModRm(d);
        }
        return p;
    }

    private int putOpcodeRegister(byte[] b, long d, int reg) {
        int rex = Rex.bits(Descriptor.w(d), 0, 0, reg);
        return LegacyOpcode.write(b, position, d, rex, (reg & Reg8.NEEDS_REX) != 0, false, reg & 7);
    }

    private int putRegisters(byte[] b, long d, int reg, int v, int rm, int rex) {
        // with EVEX, X carries bit 4 of the register in ModRM.rm
        int p = putOpcode(b, position, d, reg, v, rm >> 1, rm, rex, reg | rm, 0);
        b[p++] = ModRm.of(ModRm.REGISTER, reg | Descriptor.digit(d), rm);
        return p;
    }

    private int putMemory(byte[] b, long d, int reg, int v, int shape, int displacement, int rex) {
        int p = position;
        if (AddressShape.segment(shape) != 0) {
            b[p++] = (byte) AddressShape.segment(shape);
        }
        int index = AddressShape.indexNumber(shape);
        int broadcast = AddressShape.broadcast(shape);
        p = putOpcode(b, p, d, reg, v, index, AddressShape.baseNumber(shape), rex, reg, broadcast);
        int shift = Descriptor.disp8Shift(d, broadcast);
        return EffectiveAddress.write(b, p, reg | Descriptor.digit(d), shape, displacement, shift);
    }

    private int putOpcode(
            byte[] b, int at, long d, int reg, int v, int index, int base, int rex, int marks, int broadcast) {
        return switch (Descriptor.prefixing(d)) {
            case Descriptor.LEGACY ->
                LegacyOpcode.write(b, at, d, rex, (marks & Reg8.NEEDS_REX) != 0, (pending & Decoration.LOCK) != 0, 0);
            case Descriptor.VEX -> Vex.write(b, at, d, reg, v, index, base);
            default -> Evex.write(b, at, d, reg, v, index, base, pending, broadcast);
        };
    }

    private static int putImmediate(byte[] b, int p, long d, long value) {
        return switch (Descriptor.immediateBytes(d)) {
            case 1 -> {
                b[p] = (byte) value;
                yield p + 1;
            }
            case 2 -> LittleEndian.put2(b, p, (int) value);
            case 4 -> LittleEndian.put4(b, p, (int) value);
            default -> LittleEndian.put8(b, p, value);
        };
    }

    private void commit(long d, int end) {
        pending = 0;
        int start = position;
        position = end;
        emitted(Descriptor.id(d), start, null, 0);
    }

    private void commit(long d, int displacementEnd, Label label, int addend, int end) {
        pending = 0;
        if (label != null) {
            labelDisplacement(displacementEnd - Integer.BYTES, end, label, addend);
        }
        int start = position;
        position = end;
        emitted(Descriptor.id(d), start, label, addend);
    }

    private byte[] room() {
        if (position + ROOM > code.length) {
            code = Arrays.copyOf(code, code.length * 2);
        }
        return code;
    }

    /** Appends bytes that are no instruction. */
    final void appendData(byte[] data) {
        refuseDecoratedData();
        int needed = position + data.length + ROOM;
        if (needed > code.length) {
            code = Arrays.copyOf(code, Math.max(needed, code.length * 2));
        }
        System.arraycopy(data, 0, code, position, data.length);
        position += data.length;
    }
}
