// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter;

import io.trapeze.emitter.encoding.EffectiveAddress;
import io.trapeze.emitter.encoding.Evex;
import io.trapeze.emitter.encoding.LegacyOpcode;
import io.trapeze.emitter.encoding.LittleEndian;
import io.trapeze.emitter.encoding.ModRm;
import io.trapeze.emitter.encoding.Rex;
import io.trapeze.emitter.encoding.Vex;
import io.trapeze.emitter.isa.Descriptor;
import io.trapeze.emitter.isa.Form;
import io.trapeze.emitter.isa.InstructionTable;
import io.trapeze.emitter.operand.Address;
import io.trapeze.emitter.operand.Label;
import io.trapeze.emitter.operand.Mem;
import io.trapeze.emitter.operand.Reg8;
import java.util.Arrays;
import java.util.List;

/**
 * Writes single instructions from packed descriptors and register codes.
 *
 * <p>The generated methods of {@link Instructions} call it with constants. An instruction is written behind the committed
 * code and becomes part of it with the last step alone, so a refused one leaves nothing.
 */
abstract class Encoder {
    /** More bytes than any instruction has (15), so that one check a call is enough. */
    private static final int ROOM = 32;

    private byte[] code = new byte[256];
    private int position;
    private boolean lockPending;

    final byte[] code() {
        return code;
    }

    final int position() {
        return position;
    }

    /** Drops all code, so that the buffer serves again. */
    final void clearCode() {
        position = 0;
        lockPending = false;
    }

    /** Called after each instruction; {@code form} is a {@link Form#id()}, {@code label} null where none is named. */
    abstract void emitted(int form, int start, Label label);

    /** Called for a branch; its bytes are chosen when the code is finished. A descriptor of 0 means no such form. */
    abstract void branch(long shortForm, long longForm, Label target);

    /** Called for a displacement that is to become {@code label} + addend − {@code end}. */
    abstract void labelDisplacement(int at, int end, Label label, int addend);

    abstract void checkOwn(Label label);

    /** Puts LOCK before the next instruction. */
    final void lockNext() {
        if (lockPending) {
            throw new EncodingException("'lock' twice: the first one still waits for its instruction");
        }
        lockPending = true;
    }

    final void refuseLock(long d) {
        if (lockPending) {
            lockPending = false;
            throw refused(d, "LOCK is legal only before a read-modify-write instruction whose destination is memory");
        }
    }

    // ---- generated methods call these -------------------------------------------------------------------------------

    final void plain(long d) {
        refuseLock(d);
        byte[] b = room();
        int p = opcode(b, position, d, 0, 0, 0, 0, 0, 0);
        if (Descriptor.hasFixedModRm(d)) {
            b[p++] = (byte) Descriptor.fixedModRm(d);
        }
        commit(d, p);
    }

    final void immediate(long d, long value) {
        refuseLock(d);
        byte[] b = room();
        int p = opcode(b, position, d, 0, 0, 0, 0, 0, 0);
        commit(d, putImmediate(b, p, d, value));
    }

    final void opcodeRegister(long d, int reg) {
        refuseLock(d);
        byte[] b = room();
        commit(d, opcode(b, position, d, 0, 0, 0, reg, reg & 7, reg));
    }

    final void opcodeRegister(long d, int reg, long value) {
        refuseLock(d);
        byte[] b = room();
        int p = opcode(b, position, d, 0, 0, 0, reg, reg & 7, reg);
        commit(d, putImmediate(b, p, d, value));
    }

    final void registers(long d, int reg, int v, int rm) {
        refuseLock(d);
        byte[] b = room();
        commit(d, putRegisters(b, d, reg, v, rm));
    }

    final void registers(long d, int reg, int v, int rm, long value) {
        refuseLock(d);
        byte[] b = room();
        int p = putRegisters(b, d, reg, v, rm);
        commit(d, putImmediate(b, p, d, value));
    }

    final void memory(long d, int reg, int v, Mem mem) {
        byte[] b = room();
        Address address = mem.address();
        int p = putMemory(b, d, reg, v, address);
        finishMemory(d, address, p, p);
    }

    final void memory(long d, int reg, int v, Mem mem, long value) {
        byte[] b = room();
        Address address = mem.address();
        int p = putMemory(b, d, reg, v, address);
        finishMemory(d, address, p, putImmediate(b, p, d, value));
    }

    // -----------------------------------------------------------------------------------------------------------------

    private int putRegisters(byte[] b, long d, int reg, int v, int rm) {
        int x = Descriptor.prefixing(d) == Descriptor.EVEX ? rm >> 1 : 0;
        int p = opcode(b, position, d, reg, v, x, rm, 0, reg | rm);
        b[p++] = ModRm.of(ModRm.REGISTER, reg | Descriptor.digit(d), rm);
        return p;
    }

    private int putMemory(byte[] b, long d, int reg, int v, Address address) {
        if (lockPending && !Descriptor.lockable(d)) {
            refuseLock(d);
        }
        Label label = address.label();
        if (label != null) {
            checkOwn(label);
        }
        int p = position;
        int segment = address.segment().prefix();
        if (segment != 0) {
            b[p++] = (byte) segment;
        }
        // a missing base or index is negative: its bit 3 must not reach the prefix
        int index = Math.max(address.index(), 0);
        int base = Math.max(address.base(), 0);
        p = opcode(b, p, d, reg, v, index, base, 0, reg);
        return EffectiveAddress.write(b, p, reg | Descriptor.digit(d), address, Descriptor.disp8Shift(d));
    }

    private void finishMemory(long d, Address address, int displacementEnd, int end) {
        lockPending = false;
        Label label = address.label();
        if (label != null) {
            labelDisplacement(displacementEnd - 4, end, label, address.displacement());
        }
        int start = position;
        position = end;
        emitted(Descriptor.id(d), start, label);
    }

    private void commit(long d, int end) {
        int start = position;
        position = end;
        emitted(Descriptor.id(d), start, null);
    }

    /** Writes everything up to the opcode; {@code marks} carries the byte-register marks of {@link Reg8}. */
    private int opcode(byte[] b, int at, long d, int reg, int v, int index, int base, int opcodeBits, int marks) {
        int prefixing = Descriptor.prefixing(d);
        if (prefixing == Descriptor.LEGACY) {
            int rex = Rex.bits(Descriptor.w(d), reg, index, base);
            boolean rexNeeded = (marks & Reg8.NEEDS_REX) != 0;
            if ((marks & Reg8.FORBIDS_REX) != 0 && (rex != 0 || rexNeeded)) {
                throw refused(
                        d,
                        "ah, bh, ch and dh exist only without a REX prefix, and another operand needs one:"
                                + " use al, bl, cl or dl, or move the byte first");
            }
            refuseUpper(d, reg | base);
            return LegacyOpcode.write(b, at, d, rex, rexNeeded, lockPending, opcodeBits);
        }
        if (prefixing == Descriptor.VEX) {
            refuseUpper(d, reg | v | base);
            return Vex.write(b, at, d, reg, v, index, base);
        }
        return Evex.write(b, at, d, reg, v, index, base);
    }

    private static void refuseUpper(long d, int registers) {
        if ((registers & 0x10) != 0) {
            throw refused(d, "vector registers 16 to 31 exist only in EVEX encodings (AVX-512)");
        }
    }

    private static int putImmediate(byte[] b, int p, long d, long value) {
        int bytes = Descriptor.immediateBytes(d);
        if (bytes < 8) {
            int bits = bytes * 8;
            long low = -1L << (bits - 1);
            long high = Descriptor.immediateSigned(d) ? ~low : (1L << bits) - 1;
            if (value < low || value > high) {
                throw refused(d, "immediate " + value + " does not fit; it must be in " + low + " … " + high);
            }
        }
        return switch (bytes) {
            case 1 -> {
                b[p] = (byte) value;
                yield p + 1;
            }
            case 2 -> LittleEndian.put2(b, p, (int) value);
            case 4 -> LittleEndian.put4(b, p, (int) value);
            default -> LittleEndian.put8(b, p, value);
        };
    }

    private static EncodingException refused(long d, String reason) {
        Form form = InstructionTable.shipped().form(Descriptor.id(d));
        return EncodingException.refused(form.mnemonic(), form.operands(), reason);
    }

    private byte[] room() {
        if (position + ROOM > code.length) {
            code = Arrays.copyOf(code, code.length * 2);
        }
        return code;
    }

    /** Appends bytes that are no instruction. */
    final void appendData(byte[] data) {
        refuseLockBeforeData();
        while (position + data.length + ROOM > code.length) {
            code = Arrays.copyOf(code, code.length * 2);
        }
        System.arraycopy(data, 0, code, position, data.length);
        position += data.length;
    }

    final void refuseLockBeforeData() {
        if (lockPending) {
            lockPending = false;
            throw EncodingException.refused("lock", List.of(), "no instruction follows");
        }
    }
}
