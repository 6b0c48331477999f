// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.decode;

import io.trapeze.emitter.isa.Encoding;
import io.trapeze.emitter.isa.Encoding.Prefixing;
import io.trapeze.emitter.isa.Form;
import io.trapeze.emitter.isa.InstructionTable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The forms of a table by prefixing, opcode map and opcode. */
final class OpcodeIndex {
    private static final int MAPS = 32;
    private static final int OPCODES = 256;

    private final Map<Integer, List<FormPattern>> buckets = new HashMap<>();

    /** Forms of constant bytes come first, those without operands before all others; else the table's order holds. */
    OpcodeIndex(InstructionTable table) {
        for (Form form : table.forms()) {
            Encoding encoding = form.encoding();
            FormPattern pattern = new FormPattern(form);
            for (int i = 0; i < (encoding.opcodeRegister() ? 8 : 1); i++) {
                int bucket = bucket(encoding.prefixing(), encoding.map(), encoding.opcode() + i);
                buckets.computeIfAbsent(bucket, b -> new ArrayList<>()).add(pattern);
            }
        }
        buckets.values().forEach(patterns -> patterns.sort(Comparator.comparingInt(FormPattern::rank)));
    }

    /** Returns the forms that an instruction which opens so may be an instance of, the preferred one first. */
    List<FormPattern> candidates(Opening opening) {
        int bucket = bucket(opening.prefixing, opening.map, opening.opcode);
        return opening.opcode < 0 ? List.of() : buckets.getOrDefault(bucket, List.of());
    }

    private static int bucket(Prefixing prefixing, int map, int opcode) {
        return (prefixing.ordinal() * MAPS + map) * OPCODES + opcode;
    }
}
