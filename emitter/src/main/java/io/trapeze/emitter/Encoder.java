// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter;

import io.trapeze.emitter.encoding.EffectiveAddress;
import io.trapeze.emitter.encoding.Evex;
import io.trapeze.emitter.encoding.LegacyOpcode;
import io.trapeze.emitter.encoding.LittleEndian;
import io.trapeze.emitter.encoding.OperandBits;
import io.trapeze.emitter.encoding.Vex;
import io.trapeze.emitter.isa.Descriptor;
import io.trapeze.emitter.isa.Form;
import io.trapeze.emitter.isa.Guard;
import io.trapeze.emitter.isa.InstructionTable;
import io.trapeze.emitter.operand.Decoration;
import io.trapeze.emitter.operand.Immediate;
import io.trapeze.emitter.operand.Label;
import io.trapeze.emitter.operand.Mem;
import io.trapeze.emitter.operand.Moffs;
import io.trapeze.emitter.operand.Operand;
import io.trapeze.emitter.operand.Register;
import io.trapeze.emitter.operand.Segment;
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

    private final boolean recording;
    private byte[] code = new byte[256];
    private int position;
    /** The last place where nothing needs to be done for an instruction but to write it; −1 while more has to be done for each. */
    private int limit;
    /** The immediate of the instruction at hand, if it has one. */
    private long immediate;
    /** What was said of the next instruction: {@link Decoration#bits}. */
    private int pending;

    /**
     * Makes an encoder.
     *
     * @param recording whether {@link #emitted} is to be called
     */
    Encoder(boolean recording) {
        this.recording = recording;
        say(0);
    }

    final byte[] code() {
        return code;
    }

    final int position() {
        return position;
    }

    /** Drops all code, so that the buffer serves again. */
    final void clearCode() {
        position = 0;
        say(0);
    }

    /** Called after each instruction, where these are recorded; {@code form} is a {@link Form#id()}, {@code label} null where none is named. */
    abstract void emitted(int form, int start, Label label, int addend);

    /** Called for a branch; its bytes are chosen when the code is finished. A descriptor of 0 means no such form. */
    abstract void branch(long shortForm, long longForm, Label target);

    /** Called for a displacement that is to become {@code label} + addend − {@code end}. */
    abstract void labelDisplacement(int at, int end, Label label, int addend);

    /** Throws if a label is of another assembler. */
    abstract void checkOwn(Label label);

    // ---- refusing ---------------------------------------------------------------------------------------------------

    /**
     * Returns what is to be thrown, an {@link EncodingException}, and takes back what was said of the instruction. It has the type
     * of all exceptions, because of one of its own the verifier would have to know that it is an exception, and load it.
     */
    final RuntimeException refused(String reason) {
        return refused(EncodingException.of(reason));
    }

    private RuntimeException refused(RuntimeException refusal) {
        say(0);
        return refusal;
    }

    final RuntimeException refused(String mnemonic, List<? extends Operand> operands, String reason) {
        return refused(EncodingException.refused(decoration(), mnemonic, operands, reason));
    }

    private RuntimeException refused(long d, int bits, int v, int displacement, Label label, long value) {
        return refused(Refusal.of(d, pending, bits, v, displacement, label, value));
    }

    // ---- LOCK, masks, rounding --------------------------------------------------------------------------------------

    /** Says something of the next instruction: {@link Decoration#bits}. */
    final void decorateNext(int bits) {
        if (Decoration.contradict(pending, bits)) {
            throw refused("'"
                    + new Decoration(bits).toString().strip() + "' after '"
                    + decoration().toString().strip() + "', which still waited for its instruction: say it once");
        }
        say(pending | bits);
    }

    private void say(int bits) {
        pending = bits;
        limit = recording || pending != 0 ? -1 : code.length - ROOM;
    }

    /** Returns what was said of the next instruction. */
    final Decoration decoration() {
        return new Decoration(pending);
    }

    /**
     * Refuses what was said of the next instruction, such as LOCK, which is then forgotten: for what emits anything else first, or
     * instructions of which it says all.
     *
     * @throws EncodingException if anything has been said
     */
    public final void refuseDecoratedData() {
        if (pending != 0) {
            throw refused("'" + decoration().toString().strip()
                    + "' is followed by no instruction: say it directly before the instruction it belongs to");
        }
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
        immediate(d, 0);
    }

    final void immediate(long d, long value) {
        if (isObjected(d, false) || !Descriptor.immediateFits(d, value)) {
            throw refused(d, 0, 0, 0, null, value);
        }
        room(0);
        int p = pending == 0 ? position : putSegment(position, decoration().segment());
        commit(d, putImmediate(putPlainOpcode(p, d), d, value), null, 0);
    }

    /** Writes an instruction whose opcode is followed by an address. */
    final void offset(long d, Moffs memory) {
        if (pending != 0) {
            throw refused(d, 0, 0, 0, null, memory.offset());
        }
        room(0);
        commit(d, putImmediate(putPlainOpcode(putSegment(position, memory.segment()), d), d, memory.offset()), null, 0);
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
        room(0);
        int p = putImmediate(putPlainOpcode(position, d), d, value);
        code[p++] = (byte) second;
        commit(d, p, null, 0);
    }

    /** Writes an instruction whose opcode has a register; {@code bits} are its {@link Register#rm}. */
    final void opcodeRegister(long d, int bits, long value) {
        if (pending != 0 || !Descriptor.immediateFits(d, value)) {
            throw refused(d, bits, 0, 0, null, value);
        }
        room(0);
        int p = LegacyOpcode.write(code, position, d, bits | Descriptor.operandBits(d), false, bits >> 8 & 7);
        commit(d, putImmediate(p, d, value), null, 0);
    }

    /** Writes an instruction between registers; {@code bits} are what they contribute, see {@link OperandBits}. */
    final void registers(long d, int bits, int v) {
        modRm(d, bits, 0, null, v);
    }

    final void registers(long d, int bits, int v, long value) {
        checkImmediate(d, bits, v, 0, null, value);
        modRm(d, bits, 0, null, v);
        position = putImmediate(position, d, value);
    }

    /** Moves between registers by the form whose prefix is shorter: load ({@code rm}) or store ({@code mr}). */
    final void eitherWay(long rm, long mr, int bits, int reversedBits, int v, boolean shorterReversed) {
        if (shorterReversed && Descriptor.prefixing(rm) == Descriptor.VEX) {
            registers(mr, reversedBits, v);
        } else {
            registers(rm, bits, v);
        }
    }

    /**
     * Writes an instruction with a memory operand; {@code bits} are what a register in ModRM.reg contributes.
     *
     * @param memory a {@link Mem}. The parameter's type is an interface because the verifier takes any object for one: for a
     *     class it would load all types of memory there are, to see that they are such
     */
    final void memory(long d, int bits, int v, Operand memory) {
        Mem mem = (Mem) memory;
        modRm(d, bits | mem.operandBits(), mem.displacement(), mem.labelOrNull(), v);
    }

    final void memory(long d, int bits, int v, Operand memory, long value) {
        Mem mem = (Mem) memory;
        checkImmediate(d, bits | mem.operandBits(), v, mem.displacement(), mem.labelOrNull(), value);
        memory(d, bits, v, mem);
        position = putImmediate(position, d, value);
    }

    // ---- writing ----------------------------------------------------------------------------------------------------

    /**
     * Writes an instruction with a ModRM byte.
     *
     * <p>Operands come as numbers, so that no object of theirs outlives the typed method. All kinds of encoding are
     * written here and not in methods of their own: HotSpot calls what has more than 325 bytes of bytecode, as this has, and
     * does not copy it into its callers, so it has the patience to see through all of a long caller's operands. The common
     * kind comes first, and asks nothing that {@link #limit} has answered.
     *
     * @param operands see {@link OperandBits}
     * @param v code of the register in vvvv
     */
    private void modRm(long d, int operands, int displacement, Label label, int v) {
        int p = position;
        if ((Descriptor.unusual(d) | operands & OperandBits.UNUSUAL) == 0 && p <= limit) {
            byte[] b = code;
            if (Descriptor.mandatory(d) != 0) {
                b[p++] = LegacyOpcode.mandatoryPrefix(d);
            }
            if ((operands & OperandBits.REX) != 0) {
                b[p++] = (byte) (operands & OperandBits.REX | OperandBits.REX_PREFIX);
            }
            if (Descriptor.map(d) != 0) {
                b[p++] = 0x0F;
            }
            b[p] = (byte) Descriptor.opcode(d);
            b[p + 1] = (byte) (operands >> 8);
            p += 2;
            if ((operands & OperandBits.SIB) != 0) {
                b[p++] = (byte) (operands >> 16);
            }
            int mod = operands & OperandBits.REGISTER;
            if (mod == OperandBits.DISP8) {
                b[p++] = (byte) displacement;
            } else if (mod == OperandBits.DISP32) {
                p = LittleEndian.put4(b, p, displacement);
            }
            position = p;
        } else {
            int bits = operands | Descriptor.operandBits(d);
            if (isRefused(d, bits, v)) {
                throw refused(d, bits, v, displacement, label, immediate);
            }
            if (label != null) {
                checkOwn(label);
            }
            room(0);
            boolean memory = OperandBits.isMemory(bits);
            if (memory && (bits & (OperandBits.FS | OperandBits.GS)) != 0) {
                p = putSegment(p, OperandBits.segment(bits));
            } else if ((pending & Decoration.SEGMENT) != 0) {
                p = putSegment(p, decoration().segment());
            }
            p = switch (Descriptor.prefixing(d)) {
                case Descriptor.LEGACY -> LegacyOpcode.write(code, p, d, bits, (pending & Decoration.LOCK) != 0, 0);
                case Descriptor.VEX -> Vex.write(code, p, d, bits, v);
                default -> Evex.write(code, p, d, bits, v, pending);
            };
            if (memory) {
                int shift = Descriptor.disp8Shift(d, OperandBits.broadcast(bits));
                p = EffectiveAddress.write(code, p, bits, displacement, shift);
            } else {
                code[p++] = (byte) (bits >> 8);
            }
            if (label != null) {
                labelDisplacement(p - Integer.BYTES, p + Descriptor.immediateBytes(d), label, displacement);
            }
            commit(d, p, label, displacement);
        }
    }

    /** Refuses an immediate that does not fit, before anything is written. */
    private void checkImmediate(long d, int bits, int v, int displacement, Label label, long value) {
        immediate = value;
        if (!Descriptor.immediateFits(d, value)) {
            throw refused(d, bits, v, displacement, label, value);
        }
    }

    /** Whether a form does not take what was said of it, or does not reach all of its registers. */
    private boolean isRefused(long d, int bits, int v) {
        boolean upper = (bits & OperandBits.UPPER) != 0 || !Guard.isLow(v);
        boolean hidden = OperandBits.excludesRex(bits) && ((bits & OperandBits.REX) != 0 || OperandBits.needsRex(bits));
        return isObjected(d, OperandBits.isMemory(bits))
                || upper && Descriptor.prefixing(d) != Descriptor.EVEX
                || hidden;
    }

    /** Whether a form does not take what was said of it. */
    private boolean isObjected(long d, boolean memory) {
        return pending != 0 && !Refusal.objection(d, pending, memory).isEmpty();
    }

    private int putSegment(int at, Segment segment) {
        code[at] = (byte) segment.prefix();
        return segment == Segment.NONE ? at : at + 1;
    }

    private int putPlainOpcode(int at, long d) {
        int bits = Descriptor.operandBits(d);
        return Descriptor.prefixing(d) == Descriptor.LEGACY
                ? LegacyOpcode.write(code, at, d, bits, false, 0)
                : Vex.write(code, at, d, bits, 0);
    }

    private int putImmediate(int at, long d, long value) {
        return LittleEndian.put(code, at, value, Descriptor.immediateBytes(d));
    }

    private void commit(long d, int end, Label label, int addend) {
        if (recording) {
            emitted(Descriptor.id(d), position, label, addend);
        }
        if (pending != 0) {
            say(0);
        }
        position = end;
    }

    /** Makes room for bytes, and an instruction behind them. */
    private void room(int bytes) {
        int needed = position + bytes + ROOM;
        if (needed > code.length) {
            code = Arrays.copyOf(code, Math.max(needed, code.length * 2));
            say(pending);
        }
    }

    /** Appends bytes that are no instruction. */
    final void appendData(byte[] data) {
        refuseDecoratedData();
        room(data.length);
        System.arraycopy(data, 0, code, position, data.length);
        position += data.length;
    }
}
