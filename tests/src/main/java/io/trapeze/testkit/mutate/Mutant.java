// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.mutate;

import io.trapeze.emitter.CodeBlob;

/**
 * Code with one fault.
 *
 * @param fault the sort of fault
 * @param change what was changed, for example {@code mov r12, qword ptr [rdi + 0x40] → nothing}
 * @param code the code, with the symbols and relocations of the right one; it has no listing
 */
public record Mutant(Fault fault, String change, CodeBlob code) {
    @Override
    public String toString() {
        return fault.label() + ": " + change;
    }
}
