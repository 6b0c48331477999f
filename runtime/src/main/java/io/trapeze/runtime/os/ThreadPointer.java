// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.os;

import io.trapeze.emitter.operand.Address;
import io.trapeze.emitter.operand.Mem;
import io.trapeze.emitter.operand.Segment;

/**
 * Where a thread finds a word that is its own, and no other thread's: the address of its control block.
 *
 * @param segment the segment whose base belongs to the thread
 * @param offset bytes from there
 */
public record ThreadPointer(Segment segment, int offset) {
    /** The word as an operand. */
    public Mem.Qword operand() {
        return Mem.qword(Address.absolute(offset).in(segment));
    }
}
