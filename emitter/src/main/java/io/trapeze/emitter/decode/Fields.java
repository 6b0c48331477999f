// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.decode;

/**
 * How many bytes of an instruction belong to each field, in the order they stand.
 *
 * @param prefixes legacy prefixes: segment, operand size, LOCK, mandatory
 * @param extension REX (1), VEX (2 or 3) or EVEX (4)
 * @param opcode escape bytes and opcode, with a constant ModRM byte where the form has one
 * @param modRm 0 or 1
 * @param sib 0 or 1
 * @param displacement 0, 1 or 4
 * @param immediate 0, 1, 2, 4 or 8; the displacement of a branch counts here
 */
public record Fields(int prefixes, int extension, int opcode, int modRm, int sib, int displacement, int immediate) {
    /** Returns the length of the whole instruction in bytes. */
    public int length() {
        return prefixes + extension + opcode + modRm + sib + displacement + immediate;
    }
}
