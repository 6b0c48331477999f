// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.isa;

/**
 * Which field of the encoding each operand goes to: the manual's "Op/En" column.
 *
 * <p>The letters of a name are the fields of the operands in their order: M ModRM.rm, R ModRM.reg, V VEX.vvvv, O the low
 * three opcode bits, I an immediate, D a branch displacement or an address, S the upper half of an immediate byte ({@code /is4}), which
 * the manual's names do not tell from R. Operands that are one fixed register or constant have no letter here; in the names
 * FD and TD they are F and T.
 */
public enum OpEn {
    ZO(""),
    M("M"),
    MR("MR"),
    RM("RM"),
    MI("MI"),
    RMI("RMI"),
    MRI("MRI"),
    O("O"),
    OI("OI"),
    I("I"),
    II("II"),
    D("D"),
    FD("D"),
    TD("D"),
    VM("VM"),
    RVM("RVM"),
    RMV("RMV"),
    MVR("MVR"),
    VMI("VMI"),
    RVMI("RVMI"),
    RVMR("RVMS");

    private final String fields;

    OpEn(String fields) {
        this.fields = fields;
    }

    /** Returns one letter for each encoded operand, in operand order. */
    public String fields() {
        return fields;
    }

    /** Whether an operand goes to {@code field}. */
    public boolean has(char field) {
        return fields.indexOf(field) >= 0;
    }
}
