// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.operand;

import io.trapeze.emitter.encoding.OperandBits;

/**
 * One element in memory that an AVX-512 instruction takes for every element of a vector:
 * {@code a.vaddpd(zmm0, zmm1, qword(rdi).broadcast())}.
 */
public abstract sealed class Broadcast extends Mem {
    private final int lanes;

    Broadcast(Address address, int lanes) {
        super(address.bits() | OperandBits.BROADCAST, address.displacement(), address.labelOrNull());
        this.lanes = lanes;
    }

    /**
     * Returns an operand for an instruction that is known only at run time.
     *
     * @param bits the size of the element, 32 or 64
     * @param lanes how many elements it becomes, as assemblers write it: 8 for <code>{1to8}</code>; 0 for as many as the
     *     vector has
     */
    public static Mem of(int bits, Address address, int lanes) {
        return switch (bits) {
            case 32 -> new Dword(address, lanes);
            case 64 -> new Qword(address, lanes);
            default ->
                throw new IllegalArgumentException("no instruction broadcasts " + bits + " bits: use dword or qword");
        };
    }

    /** Returns how many elements it becomes; 0 for as many as the vector has. */
    public final int lanes() {
        return lanes;
    }

    @Override
    final String suffix() {
        return "{1to" + (lanes == 0 ? "N" : lanes) + "}";
    }

    /** 4 bytes of memory for every element. */
    public static final class Dword extends Broadcast {
        Dword(Address address, int lanes) {
            super(address, lanes);
        }

        @Override
        public int bits() {
            return 32;
        }

        @Override
        String keyword() {
            return "dword ptr ";
        }
    }

    /** 8 bytes of memory for every element. */
    public static final class Qword extends Broadcast {
        Qword(Address address, int lanes) {
            super(address, lanes);
        }

        @Override
        public int bits() {
            return 64;
        }

        @Override
        String keyword() {
            return "qword ptr ";
        }
    }
}
