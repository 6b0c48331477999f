// SPDX-License-Identifier: Apache-2.0
package io.trapeze.formats.unwind;

/**
 * Something that a register or memory holds, known only by its difference from others.
 *
 * @param symbol the same for values whose difference is known
 * @param offset bytes from that symbol
 */
record Value(int symbol, int offset) {
    Value plus(int bytes) {
        return new Value(symbol, Math.addExact(offset, bytes));
    }
}
