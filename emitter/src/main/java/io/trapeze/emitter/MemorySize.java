// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter;

import io.trapeze.emitter.isa.Form;
import io.trapeze.emitter.isa.OperandKind;
import io.trapeze.emitter.operand.Mem;
import io.trapeze.emitter.operand.Operand;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** Finds out how wide memory must be whose size the source does not name. */
final class MemorySize {
    private MemorySize() {}

    /**
     * Returns the operands with each size that a form has for them, by its bits; none if no memory lacks its size. A far
     * pointer is meant only where nothing else can be.
     */
    static SortedMap<Integer, Operand[]> candidates(List<Form> forms, Operand... operands) {
        int unsized = IntStream.range(0, operands.length)
                .filter(i -> operands[i] instanceof Mem.Any)
                .findFirst()
                .orElse(-1);
        SortedMap<Integer, Operand[]> near = new TreeMap<>();
        SortedMap<Integer, Operand[]> far = new TreeMap<>();
        for (Form form : forms) {
            if (unsized >= 0 && form.operands().size() == operands.length) {
                OperandKind kind = form.operands().get(unsized).kind();
                Operand[] candidate = operands.clone();
                candidate[unsized] = Mem.of(kind.memoryBits(), ((Mem) operands[unsized]).address());
                (kind.notation().startsWith("m16:") ? far : near).put(kind.memoryBits(), candidate);
            }
        }
        near.remove(0);
        return near.isEmpty() ? far : near;
    }

    /**
     * Returns the one that is meant: the only one, or, of an instruction that has 16 and 64 bits but not 32, the latter, which
     * is what it works on in 64-bit mode unless told otherwise ({@code push}, {@code call}).
     */
    static Optional<Operand[]> only(SortedMap<Integer, Operand[]> sized) {
        boolean one = sized.size() == 1 || sized.keySet().equals(Set.of(16, 64));
        return one ? Optional.of(sized.get(sized.lastKey())) : Optional.empty();
    }
}
