// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines;

import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.Instruction;
import io.trapeze.emitter.operand.Mem;
import io.trapeze.emitter.operand.Operand;
import io.trapeze.emitter.operand.Register;
import io.trapeze.trampolines.abi.Abi;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;

/** What tests ask of emitted code, read back from its bytes. */
final class Code {
    private Code() {}

    /** The built-in ABIs, for parameterised tests. */
    static Stream<Named<Abi>> abis() {
        return Abi.builtIn().stream().map(abi -> Named.of(abi.name(), abi));
    }

    /** Those of whole systems. */
    static Stream<Named<Abi>> systems() {
        return Stream.of(Abi.SYSTEM_V, Abi.WIN64).map(abi -> Named.of(abi.name(), abi));
    }

    static List<String> texts(CodeBlob blob) {
        return blob.instructions().stream().map(Instruction::text).toList();
    }

    static List<String> texts(CodeBlob blob, Predicate<String> which) {
        return texts(blob).stream().filter(which).toList();
    }

    static List<Operand> operands(Instruction instruction) {
        return instruction.decoded().orElseThrow().operands();
    }

    /** The registers that are stored through {@code base}, by displacement, in the order of the stores. */
    static Map<Integer, String> stores(CodeBlob blob, String base) {
        return moves(blob, base, 0, 1);
    }

    /** The registers that are loaded through {@code base}, by displacement, in the order of the loads. */
    static Map<Integer, String> loads(CodeBlob blob, String base) {
        return moves(blob, base, 1, 0);
    }

    private static Map<Integer, String> moves(CodeBlob blob, String base, int memory, int register) {
        Map<Integer, String> moves = new LinkedHashMap<>();
        for (Instruction instruction : blob.instructions()) {
            List<Operand> operands = operands(instruction);
            if (operands.size() == 2
                    && operands.get(memory) instanceof Mem mem
                    && operands.get(register) instanceof Register moved
                    && instruction.form().orElseThrow().mnemonic().contains("mov")
                    && mem.address().toString().startsWith("[" + base)) {
                moves.put(mem.address().displacement(), moved.name());
            }
        }
        return moves;
    }

    /** The vector registers that appear as operands. */
    static List<String> vectorsNamed(CodeBlob blob) {
        List<String> names = new ArrayList<>();
        for (Instruction instruction : blob.instructions()) {
            operands(instruction).stream()
                    .filter(o -> o instanceof Register r && r.registerClass().bits() > 64)
                    .forEach(o -> names.add(o.toString()));
        }
        return names.stream().distinct().toList();
    }
}
