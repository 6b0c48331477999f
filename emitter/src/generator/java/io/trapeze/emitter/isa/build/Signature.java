// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.isa.build;

import io.trapeze.emitter.isa.Form;
import io.trapeze.emitter.isa.OperandKind;
import io.trapeze.emitter.isa.OperandSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * One choice of Java types for the operands of a form.
 *
 * @param form the form
 * @param types the simple name of each operand's type
 */
record Signature(Form form, List<String> types) {
    private static final Map<Integer, String> MEMORY = Map.of(
            0, "Mem",
            8, "Mem.Byte",
            16, "Mem.Word",
            32, "Mem.Dword",
            48, "Mem.Fword",
            64, "Mem.Qword",
            80, "Mem.Tbyte",
            128, "Mem.Xmmword",
            256, "Mem.Ymmword",
            512, "Mem.Zmmword");

    /** Returns every choice: a form with {@code r/m64} has one for the register and one for memory. */
    static List<Signature> of(Form form) {
        List<List<String>> choices = List.of(List.of());
        for (OperandSpec operand : form.operands()) {
            List<List<String>> longer = new ArrayList<>();
            for (List<String> choice : choices) {
                for (String type : types(operand)) {
                    List<String> extended = new ArrayList<>(choice);
                    extended.add(type);
                    longer.add(extended);
                }
            }
            choices = longer;
        }
        return choices.stream().map(c -> new Signature(form, c)).toList();
    }

    private static List<String> types(OperandSpec operand) {
        OperandKind kind = operand.kind();
        List<String> types = new ArrayList<>();
        kind.register().ifPresent(r -> types.add(r.typeName()));
        if (kind.allowsMemory()) {
            types.add(MEMORY.get(kind.memoryBits()));
        }
        if (operand.broadcastBits() > 0) {
            types.add(operand.broadcastBits() == 32 ? "Broadcast.Dword" : "Broadcast.Qword");
        }
        if (kind.isImmediate()) {
            types.add(kind == OperandKind.IMM64 ? "long" : "int");
        }
        if (kind.isBranch()) {
            types.add("Label");
        }
        if (kind.isOffset()) {
            types.add("Moffs");
        }
        return types;
    }

    /** Whether every operand is a register here. */
    boolean isRegisters() {
        return types.stream().noneMatch(t -> t.contains(".") || t.matches("Mem|Moffs|int|long"));
    }

    /** Whether operand {@code index} is memory here. */
    boolean isMemory(int index) {
        return types.get(index).startsWith("Mem") || isBroadcast(index);
    }

    /** Whether operand {@code index} is an element to broadcast here. */
    boolean isBroadcast(int index) {
        return types.get(index).startsWith("Broadcast");
    }
}
