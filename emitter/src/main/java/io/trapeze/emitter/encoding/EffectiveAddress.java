// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.encoding;

import io.trapeze.emitter.operand.Address;

/** ModRM, SIB and displacement of a memory operand, in the fewest bytes. */
public final class EffectiveAddress {
    private EffectiveAddress() {}

    /**
     * Writes the bytes after the opcode; a label's displacement is written as 0.
     *
     * @param reg what goes to ModRM.reg
     * @param disp8Shift log2 of the factor of an 8-bit displacement: 0 without EVEX
     * @return the position after the displacement
     */
    public static int write(byte[] code, int at, int reg, Address address, int disp8Shift) {
        int base = address.base();
        int index = address.index();
        int displacement = address.displacement();
        if (base < 0) {
            return withoutBase(code, at, reg, address);
        }
        int p = at;
        int low = base & 7;
        int mod;
        if (displacement == 0 && low != ModRm.RIP_RELATIVE) {
            mod = ModRm.MEMORY;
        } else {
            int scaled = displacement >> disp8Shift;
            boolean short8 = scaled << disp8Shift == displacement && scaled == (byte) scaled;
            mod = short8 ? ModRm.MEMORY_DISP8 : ModRm.MEMORY_DISP32;
        }
        if (index >= 0) {
            code[p++] = ModRm.of(mod, reg, ModRm.SIB_FOLLOWS);
            code[p++] = Sib.of(address.scale().ordinal(), index, base);
        } else if (low == ModRm.SIB_FOLLOWS) {
            code[p++] = ModRm.of(mod, reg, ModRm.SIB_FOLLOWS);
            code[p++] = Sib.of(0, Sib.NO_INDEX, base);
        } else {
            code[p++] = ModRm.of(mod, reg, base);
        }
        if (mod == ModRm.MEMORY_DISP8) {
            code[p++] = (byte) (displacement >> disp8Shift);
        } else if (mod == ModRm.MEMORY_DISP32) {
            p = LittleEndian.put4(code, p, displacement);
        }
        return p;
    }

    private static int withoutBase(byte[] code, int at, int reg, Address address) {
        int p = at;
        if (address.base() == Address.RIP) {
            code[p++] = ModRm.of(ModRm.MEMORY, reg, ModRm.RIP_RELATIVE);
        } else {
            int index = address.index() >= 0 ? address.index() : Sib.NO_INDEX;
            code[p++] = ModRm.of(ModRm.MEMORY, reg, ModRm.SIB_FOLLOWS);
            code[p++] = Sib.of(address.scale().ordinal(), index, Sib.NO_BASE);
        }
        return LittleEndian.put4(code, p, address.displacement());
    }
}
