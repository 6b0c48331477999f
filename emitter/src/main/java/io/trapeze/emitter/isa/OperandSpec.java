// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.isa;

/**
 * One operand position of a form.
 *
 * @param kind what may stand here
 * @param access what the instruction does to it
 */
public record OperandSpec(OperandKind kind, Access access) {
    @Override
    public String toString() {
        return kind.notation();
    }
}
