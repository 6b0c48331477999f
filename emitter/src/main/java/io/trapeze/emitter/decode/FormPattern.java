// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.decode;

import io.trapeze.emitter.isa.Encoding;
import io.trapeze.emitter.isa.Encoding.Prefixing;
import io.trapeze.emitter.isa.Form;
import io.trapeze.emitter.isa.OpEn;
import io.trapeze.emitter.isa.OperandKind;

/** What the opening of every instance of a form looks like, and which prefixes have no effect there. */
final class FormPattern {
    private static final int ANY = -1;

    private final Form form;
    private final boolean anyW;
    private final boolean anyLength;
    private final Encoding encoding;
    private final int digit;
    private final int fixedModRm;
    private final boolean constant;
    private final boolean nearBranch;
    private final boolean indirectBranch;
    private final boolean longBranch;
    private final boolean wIsIdle;

    /** What ModRM.rm may be; both true where there is no ModRM byte with operands. */
    private final boolean memory;

    private final boolean register;

    FormPattern(Form form) {
        this.form = form;
        this.encoding = form.encoding();
        this.anyW = form.encodingText().contains("WIG");
        this.anyLength = form.encodingText().contains("LIG");
        this.digit = encoding.digit().orElse(ANY);
        this.fixedModRm = encoding.fixedModRm().orElse(ANY);
        this.constant = form.opEn() == OpEn.ZO;
        boolean jumps = form.mnemonic().equals("jmp") || form.mnemonic().equals("call");
        this.indirectBranch = jumps && form.opEn() == OpEn.M;
        this.nearBranch =
                form.opEn() == OpEn.D || indirectBranch || form.mnemonic().equals("ret");
        this.longBranch = form.opEn() == OpEn.D && encoding.immediateBytes() == 4;
        this.wIsIdle = !encoding.w() && (nearBranch || encoding.map() == 0 && hasOneWidth(form));
        OperandKind inModRm = kindInModRm(form);
        this.memory = inModRm == null || inModRm.allowsMemory();
        this.register = inModRm == null || inModRm.register().isPresent();
    }

    /** Whether the form's width is the same with and without REX.W: one of bytes, or of 64 bits without being asked. */
    private static boolean hasOneWidth(Form form) {
        return !form.operands().isEmpty() && (form.operandBits() == 8 || form.operandBits() == 64);
    }

    private static OperandKind kindInModRm(Form form) {
        for (int i = 0; i < form.operands().size(); i++) {
            if (form.field(i) == 'M') {
                return form.operands().get(i).kind();
            }
        }
        return null;
    }

    /** Returns the place among forms of one opcode: constant bytes without operands, constant bytes, anything else. */
    int rank() {
        return form.operands().isEmpty() ? 0 : constant ? 1 : 2;
    }

    /** Whether bytes that open so may be an instance of the form, none of them idle. */
    boolean matches(Opening opening) {
        return matchesModRm(opening)
                && opening.addressSize == encoding.addressSize32()
                && (encoding.prefixing() == Prefixing.LEGACY
                        ? opening.repeat == encoding.mandatoryRepeat()
                                && opening.operandSize == encoding.takes66()
                                && opening.w == encoding.w()
                        : opening.mandatory == encoding.mandatory()
                                && (opening.w == encoding.w() || anyW)
                                && (opening.rounds()
                                        || (anyLength
                                                ? opening.vectorLength < 3
                                                : opening.vectorLength == encoding.length())));
    }

    /** Whether the prefixes, opcode and ModRM.reg are those of the form, without any that does nothing. */
    boolean isOpenedBy(Opening opening) {
        int opcode = encoding.opcodeRegister() ? opening.opcode & ~7 : opening.opcode;
        return matches(opening)
                && opcode == encoding.opcode()
                && opening.prefixing == encoding.prefixing()
                && opening.map == encoding.map()
                && opening.w == encoding.w()
                && !opening.idleSegment;
    }

    /**
     * Whether bytes that open so are an instance of the form once prefixes without effect are taken away: 66H beside REX.W,
     * REX.W where the width is the same without, F2H and F3H before near branches and returns (the BND of MPX, and padding
     * for older AMD processors), 67H before a branch of 32 bits, with which linkers pad.
     */
    boolean matchesIdly(Opening opening) {
        return encoding.prefixing() == Prefixing.LEGACY
                && matchesModRm(opening)
                && (opening.addressSize == encoding.addressSize32() || opening.addressSize && longBranch)
                && (opening.repeat == encoding.mandatoryRepeat()
                        || encoding.mandatory() == 0 && opening.repeat > 0 && nearBranch)
                && (opening.operandSize == encoding.takes66()
                        || opening.operandSize && opening.w && encoding.map() == 0)
                && (opening.w == encoding.w() || opening.w && wIsIdle);
    }

    private boolean matchesModRm(Opening opening) {
        return (fixedModRm == ANY || opening.modRm == fixedModRm)
                && (digit == ANY || (opening.modRm >> 3 & 7) == digit)
                && (opening.isRegister() ? register : memory)
                && !(opening.extendsRegister() && constant)
                && !(opening.notrack && indirectBranch);
    }

    Form form() {
        return form;
    }
}
