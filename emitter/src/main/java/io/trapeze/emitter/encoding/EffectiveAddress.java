// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.encoding;

/** ModRM, SIB and displacement of a memory operand, in the fewest bytes. */
public final class EffectiveAddress {
    private EffectiveAddress() {}

    /**
     * Writes the bytes after the opcode.
     *
     * @param reg what goes to ModRM.reg
     * @param shape see {@link AddressShape}
     * @param disp8Shift log2 of the factor of an 8-bit displacement: 0 without EVEX
     * @return the position after the displacement
     */
    public static int write(byte[] code, int at, int reg, int shape, int displacement, int disp8Shift) {
        if (!AddressShape.hasBase(shape)) {
            return withoutBase(code, at, reg, shape, displacement);
        }
        int p = at;
        int base = AddressShape.baseNumber(shape);
        int mod = mod(base, displacement, disp8Shift);
        if (AddressShape.hasIndex(shape)) {
            code[p++] = ModRm.of(mod, reg, ModRm.SIB_FOLLOWS);
            code[p++] = Sib.of(AddressShape.scale(shape), AddressShape.indexNumber(shape), base);
        } else if ((base & 7) == ModRm.SIB_FOLLOWS) {
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

    private static int mod(int base, int displacement, int disp8Shift) {
        if (displacement == 0 && (base & 7) != ModRm.RIP_RELATIVE) {
            return ModRm.MEMORY;
        }
        int scaled = displacement >> disp8Shift;
        boolean short8 = scaled << disp8Shift == displacement && scaled == (byte) scaled;
        return short8 ? ModRm.MEMORY_DISP8 : ModRm.MEMORY_DISP32;
    }

    private static int withoutBase(byte[] code, int at, int reg, int shape, int displacement) {
        int p = at;
        if (AddressShape.isRip(shape)) {
            code[p++] = ModRm.of(ModRm.MEMORY, reg, ModRm.RIP_RELATIVE);
        } else {
            int index = AddressShape.hasIndex(shape) ? AddressShape.indexNumber(shape) : Sib.NO_INDEX;
            code[p++] = ModRm.of(ModRm.MEMORY, reg, ModRm.SIB_FOLLOWS);
            code[p++] = Sib.of(AddressShape.scale(shape), index, Sib.NO_BASE);
        }
        return LittleEndian.put4(code, p, displacement);
    }
}
