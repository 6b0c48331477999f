// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.operand;

import java.util.Objects;

/**
 * Memory at an address of 64 bits that stands in the instruction itself. Only {@code mov} takes it, to or from al, ax, eax or rax,
 * which tell how wide it is: {@code a.mov(rax, Moffs.at(0x7fff_ffff_f000L))} (SDM vol. 2, MOV).
 *
 * @param offset the address, within the segment
 * @param segment the segment override
 * @param bits the width that a source names beside it; 0 if it names none
 */
public record Moffs(long offset, Segment segment, int bits) implements Operand {
    /** Checks that there is a segment, and that memory can be so wide. */
    public Moffs {
        Objects.requireNonNull(segment, "segment");
        bits = Mem.of(bits, Address.absolute(0)).bits();
    }

    /** Returns memory at {@code address}. */
    public static Moffs at(long address) {
        return new Moffs(address, Segment.NONE, 0);
    }

    /** Returns this memory in {@code other}, which {@link #offset} then counts from the base of. */
    public Moffs in(Segment other) {
        return new Moffs(offset, other, bits);
    }

    /** Whether an instruction that accesses {@code width} bits takes it. */
    public boolean fits(int width) {
        return bits == 0 || bits == width;
    }

    @Override
    public String toString() {
        String keyword = bits == 0 ? "" : Mem.of(bits, Address.absolute(0)).keyword();
        return keyword + segment.text() + "[0x" + Long.toHexString(offset) + "]";
    }
}
