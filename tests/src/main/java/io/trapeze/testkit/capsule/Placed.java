// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.capsule;

import io.trapeze.emitter.CodeBlob;

/** A blob where it can run. */
public record Placed(CodeBlob blob, long address) {
    /** Returns the address of one of its symbols. */
    public long address(String symbol) {
        return address + blob.offset(symbol);
    }

    /** Whether an address lies in it. */
    public boolean contains(long pc) {
        return pc >= address && pc < address + blob.size();
    }

    /** Says where in it an address is. */
    public String place(long pc) {
        int offset = (int) (pc - address);
        return blob.instructions().stream()
                .filter(i -> i.offset() <= offset && offset < i.offset() + i.size())
                .findFirst()
                .map(i -> blob.name() + "+0x" + Integer.toHexString(offset) + ": " + i.text())
                .orElse(blob.name() + "+0x" + Integer.toHexString(offset));
    }
}
