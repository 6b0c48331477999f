// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.encoding;

import io.trapeze.emitter.isa.Descriptor;

/** Prefixes, REX and opcode of an encoding without VEX. */
public final class LegacyOpcode {
    private LegacyOpcode() {}

    /**
     * Writes address-size, operand-size, LOCK and mandatory prefix, REX where needed, escape bytes, opcode, and the ModRM byte of a form
     * that has a constant one.
     *
     * @param bits see {@link OperandBits}
     * @param lock whether the LOCK prefix is written
     * @param opcodeBits what is added to the opcode: a register's low three bits
     * @return the position after these
     */
    public static int write(byte[] code, int at, long d, int bits, boolean lock, int opcodeBits) {
        int p = at;
        if (Descriptor.addressSize32(d)) {
            code[p++] = 0x67;
        }
        if (Descriptor.operandSize16(d)) {
            code[p++] = 0x66;
        }
        if (lock) {
            code[p++] = (byte) 0xF0;
        }
        if (Descriptor.mandatory(d) != 0) {
            code[p++] = mandatoryPrefix(d);
        }
        if ((bits & OperandBits.REX) != 0 || OperandBits.needsRex(bits)) {
            code[p++] = (byte) (OperandBits.REX_PREFIX | bits & OperandBits.REX);
        }
        int map = Descriptor.map(d);
        if (map != 0) {
            code[p++] = 0x0F;
            if (map != 1) {
                code[p++] = (byte) (map == 2 ? 0x38 : 0x3A);
            }
        }
        code[p++] = (byte) (Descriptor.opcode(d) | opcodeBits);
        if (Descriptor.hasFixedModRm(d)) {
            code[p++] = (byte) Descriptor.fixedModRm(d);
        }
        return p;
    }

    /** Returns the mandatory prefix of a form that has one. */
    public static byte mandatoryPrefix(long d) {
        return (byte) (0xF2_F3_66_00 >>> 8 * Descriptor.mandatory(d));
    }
}
