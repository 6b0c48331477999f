// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter;

import io.trapeze.emitter.operand.Decoration;
import io.trapeze.emitter.operand.Operand;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/**
 * An instruction that has no encoding with the operands given, or code that cannot be finished.
 *
 * <p>The message names the instruction, its operands, the reason, and the legal forms that come nearest. The assembler is
 * as it was before the refused call: nothing of the instruction has been emitted, and a LOCK prefix, a segment, a mask,
 * a rounding or a note meant for it is forgotten.
 */
public final class EncodingException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final int NONE = -1;

    private final int operand;
    private final int gap;

    EncodingException(String message) {
        this(message, NONE, NONE);
    }

    /** Makes one, as a caller sees it that throws it without knowing more. */
    static RuntimeException of(String message) {
        return new EncodingException(message);
    }

    EncodingException(String message, int gap) {
        this(message, NONE, gap);
    }

    private EncodingException(String message, int operand, int gap) {
        super(message);
        this.operand = operand;
        this.gap = gap;
    }

    /** Returns which operand is to blame, from 0, if one is. */
    public OptionalInt operand() {
        return operand == NONE ? OptionalInt.empty() : OptionalInt.of(operand);
    }

    /**
     * Returns which part of the code only its layout showed to be wrong, if one was: a branch that does not reach, counted from 0 among
     * branches and alignments, or a distance that does not fit, counted on from there.
     */
    public OptionalInt gap() {
        return gap == NONE ? OptionalInt.empty() : OptionalInt.of(gap);
    }

    /** Refuses operands of an instruction, or what was said of it besides, naming the forms that come nearest. */
    static RuntimeException refused(Decoration said, String mnemonic, List<? extends Operand> operands, String reason) {
        String list = operands.stream().map(Operand::toString).collect(Collectors.joining(", "));
        String marks = said.mask() + said.rounding();
        return new EncodingException(
                "cannot encode '" + said.prefix() + mnemonic.replace('_', ' ')
                        + (list.isEmpty() ? "" : " " + list) + "'" + (marks.isEmpty() ? "" : " with " + marks) + ": "
                        + reason + NearestForms.of(mnemonic, operands),
                NearestForms.wrongOperand(mnemonic, operands).orElse(NONE),
                NONE);
    }
}
