// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.encoding;

import io.trapeze.emitter.isa.Descriptor;

/** Prefixes, REX and opcode of an encoding without VEX. */
public final class LegacyOpcode {
    private LegacyOpcode() {}

    /**
     * Writes operand-size, LOCK and mandatory prefix, REX where needed, escape bytes and opcode.
     *
     * @param rexBits see {@link Rex#bits}
     * @param rexNeeded whether REX must stand even with no bit set
     * @param lock whether the LOCK prefix is written
     * @return the position after the opcode
     */
    public static int write(byte[] code, int at, long d, int rexBits, boolean rexNeeded, boolean lock, int opcodeBits) {
        int p = at;
        if (Descriptor.operandSize16(d)) {
            code[p++] = 0x66;
        }
        if (lock) {
            code[p++] = (byte) 0xF0;
        }
        int mandatory = Descriptor.mandatory(d);
        if (mandatory != 0) {
            code[p++] = (byte) (mandatory == 1 ? 0x66 : mandatory == 2 ? 0xF3 : 0xF2);
        }
        if (rexBits != 0 || rexNeeded) {
            code[p++] = (byte) (Rex.EMPTY | rexBits);
        }
        int map = Descriptor.map(d);
        if (map != 0) {
            code[p++] = 0x0F;
            if (map != 1) {
                code[p++] = (byte) (map == 2 ? 0x38 : 0x3A);
            }
        }
        code[p++] = (byte) (Descriptor.opcode(d) | opcodeBits);
        return p;
    }
}
