// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter;

import io.trapeze.emitter.isa.Form;
import io.trapeze.emitter.isa.InstructionTable;
import java.util.List;
import java.util.stream.Collectors;

/**
 * An instruction that has no encoding with the operands given, or code that cannot be finished.
 *
 * <p>The assembler is as it was before the refused call: nothing of the instruction has been emitted.
 */
public final class EncodingException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    EncodingException(String message) {
        super(message);
    }

    /** Refuses operands, naming the forms that come nearest. */
    static EncodingException refused(String mnemonic, List<?> operands, String reason) {
        String list = operands.stream().map(String::valueOf).collect(Collectors.joining(", "));
        List<Form> forms = InstructionTable.shipped().named(mnemonic);
        String legal = forms.stream()
                .sorted((a, b) -> Integer.compare(
                        Math.abs(a.operands().size() - operands.size()),
                        Math.abs(b.operands().size() - operands.size())))
                .limit(6)
                .map(Form::signature)
                .collect(Collectors.joining("; "));
        return new EncodingException("cannot encode '" + mnemonic + (list.isEmpty() ? "" : " " + list) + "': " + reason
                + (legal.isEmpty() ? "" : ". Legal forms: " + legal + (forms.size() > 6 ? "; …" : "")));
    }
}
