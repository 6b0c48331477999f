// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter;

import io.trapeze.emitter.isa.Form;
import io.trapeze.emitter.isa.OperandKind;
import io.trapeze.emitter.operand.Mem;
import io.trapeze.emitter.operand.Operand;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.IntStream;

/** Finds out how wide memory must be whose size the source does not name. */
final class MemorySize {
    private MemorySize() {}

    /**
     * Returns the operands with each size that a form has for them; none if no memory lacks its size. A far pointer is meant
     * only where nothing else can be.
     */
    static List<Operand[]> candidates(List<Form> forms, Operand... operands) {
        int unsized = unsized(operands);
        SortedSet<Integer> widths = new TreeSet<>();
        SortedSet<Integer> farWidths = new TreeSet<>();
        for (Form form : forms) {
            if (unsized >= 0 && form.operands().size() == operands.length) {
                OperandKind kind = form.operands().get(unsized).kind();
                boolean far = kind.notation().startsWith("m16:");
                (far ? farWidths : widths).add(kind.memoryBits());
            }
        }
        widths.remove(0);
        List<Operand[]> candidates = new ArrayList<>();
        for (int bits : widths.isEmpty() ? farWidths : widths) {
            Operand[] candidate = operands.clone();
            candidate[unsized] = Mem.of(bits, ((Mem) operands[unsized]).address());
            candidates.add(candidate);
        }
        return candidates;
    }

    /**
     * Returns the one that is meant: the only one, or, of an instruction that has 16 and 64 bits but not 32, the latter, which
     * is what it works on in 64-bit mode unless told otherwise ({@code push}, {@code call}).
     */
    static Optional<Operand[]> only(List<Operand[]> sized) {
        boolean defaults = sized.size() == 2 && bits(sized.get(0)) == 16 && bits(sized.get(1)) == 64;
        return sized.size() == 1 || defaults ? Optional.of(sized.get(sized.size() - 1)) : Optional.empty();
    }

    private static int bits(Operand... operands) {
        return Arrays.stream(operands)
                .mapToInt(operand -> operand instanceof Mem mem ? mem.bits() : 0)
                .sum();
    }

    private static int unsized(Operand... operands) {
        return IntStream.range(0, operands.length)
                .filter(i -> operands[i] instanceof Mem.Any)
                .findFirst()
                .orElse(-1);
    }
}
