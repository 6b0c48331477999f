// SPDX-License-Identifier: Apache-2.0
package io.trapeze.formats.unwind;

import io.trapeze.emitter.Caller;
import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.Instruction;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The unwind rules of a blob that is one function.
 *
 * @param blob the code
 * @param interrupted whether its caller was interrupted and made no call
 * @param rows one for each instruction
 */
public record UnwindRules(CodeBlob blob, boolean interrupted, List<UnwindRow> rows) {
    /** Copies the list. */
    public UnwindRules {
        rows = List.copyOf(rows);
    }

    /**
     * Follows the code from its first instruction to its last.
     *
     * @return empty if the generator did not say who calls it ({@link io.trapeze.emitter.Assembler#unwind})
     * @throws UnwindException if at some instruction the caller cannot be told or not be found
     */
    public static Optional<UnwindRules> of(CodeBlob blob) {
        Map<Integer, List<Caller>> callers = blob.callers();
        List<Caller> first = callers.getOrDefault(0, List.of());
        if (first.isEmpty() || !(first.get(0) instanceof Caller.Entered entered)) {
            return Optional.empty();
        }
        StackWalk walk = new StackWalk(entered);
        List<UnwindRow> rows = new ArrayList<>();
        for (Instruction instruction : blob.instructions()) {
            try {
                for (Caller caller : callers.getOrDefault(instruction.offset(), List.of())) {
                    if (caller instanceof Caller.Suspended suspended) {
                        walk.goesOn(suspended);
                    }
                }
                rows.add(walk.row(instruction));
                walk.step(instruction);
            } catch (UnwindException e) {
                throw new UnwindException(blob.name() + ", " + instruction + ": " + e.getMessage());
            }
        }
        return Optional.of(new UnwindRules(blob, entered.interrupted(), rows));
    }

    /** Returns the rules as text: an instruction a line, and what holds before it; registers that still hold theirs go unsaid. */
    public String listing() {
        int width = blob.instructions().stream()
                .mapToInt(i -> i.text().length())
                .max()
                .orElse(0);
        StringBuilder text = new StringBuilder(blob.name()).append(":\n");
        for (int i = 0; i < rows.size(); i++) {
            UnwindRow row = rows.get(i);
            text.append(("%5x  %-" + width + "s  cfa = %s, pc = %s")
                    .formatted(row.offset(), blob.instructions().get(i).text(), row.cfa(), row.pc()));
            row.registers().entrySet().stream()
                    .filter(entry -> !(entry.getValue() instanceof Rule.Same))
                    .forEach(entry -> text.append(", " + entry.getKey() + " = " + entry.getValue()));
            text.append('\n');
        }
        return text.toString();
    }
}
