// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.oracle;

import io.trapeze.emitter.isa.Form;
import io.trapeze.emitter.isa.InstructionTable;
import io.trapeze.emitter.isa.OperandKind;
import io.trapeze.emitter.isa.OperandSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** All encodings there are to try: the {@linkplain Shape shapes} of every form that is no branch. */
final class Space {
    private static final Space ALL = new Space();

    private final Map<List<Integer>, Axis> addresses = new HashMap<>();
    private final List<Shape> shapes = new ArrayList<>();

    private Space() {
        for (Form form : InstructionTable.shipped().forms()) {
            if (!isBranch(form)) {
                shapes.addAll(shapes(form));
            }
        }
    }

    /** Returns the shapes of the shipped table. */
    static List<Shape> shapes() {
        return ALL.shapes;
    }

    /** Whether the form is a branch, which is tried in whole programs instead. */
    static boolean isBranch(Form form) {
        return form.operands().stream().anyMatch(o -> o.kind().isBranch());
    }

    /** Without memory, with, and with an element to broadcast, as far as the form allows. */
    private List<Shape> shapes(Form form) {
        List<Axis> registers = new ArrayList<>();
        List<Axis> memory = new ArrayList<>();
        List<Axis> broadcast = new ArrayList<>();
        for (int i = 0; i < form.operands().size(); i++) {
            OperandSpec spec = form.operands().get(i);
            OperandKind kind = spec.kind();
            Axis plain = plain(form, kind);
            registers.add(plain);
            memory.add(kind.allowsMemory() ? addresses(kind.memoryBits(), 0, form.displacementUnit()) : plain);
            broadcast.add(
                    spec.lanes() > 0 ? addresses(spec.broadcastBits(), spec.lanes(), spec.broadcastBits() / 8) : plain);
        }
        List<Shape> possible = new ArrayList<>();
        if (!registers.contains(null)) {
            possible.add(new Shape(form, form.mnemonic(), registers));
        }
        if (!memory.equals(registers)) {
            possible.add(new Shape(form, form.mnemonic(), memory));
        }
        if (form.broadcastBits() > 0) {
            // the element alone may not tell how many it becomes; the last name of the instruction does
            possible.add(new Shape(form, form.names().get(form.names().size() - 1), broadcast));
        }
        return possible;
    }

    /** Returns what can stand there besides memory, or null if nothing can. */
    private static Axis plain(Form form, OperandKind kind) {
        if (kind.fixed()) {
            return Axis.fixed(kind);
        }
        if (kind.isOffset()) {
            return Axis.offsets();
        }
        return kind.isImmediate()
                ? Axis.immediates(form, kind)
                : kind.register().map(c -> Axis.registers(form, c)).orElse(null);
    }

    private Axis addresses(int bits, int lanes, int unit) {
        return addresses.computeIfAbsent(List.of(bits, lanes, unit), key -> Axis.addresses(bits, lanes, unit));
    }
}
