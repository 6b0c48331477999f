// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.capsule;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.operand.Address;
import io.trapeze.emitter.operand.Label;
import io.trapeze.emitter.operand.Mem;

/**
 * A probe that is being written, and how it reaches its memory: from where it is, within two gigabytes.
 *
 * @param memory the {@link ProbeMemory}
 */
record Reach(Assembler a, Label memory) {
    Address at(int offset) {
        return Address.rip(memory).plus(offset);
    }

    Mem.Qword word(int offset) {
        return Mem.qword(at(offset));
    }
}
