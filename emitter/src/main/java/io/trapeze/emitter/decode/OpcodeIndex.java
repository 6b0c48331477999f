// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.decode;

import io.trapeze.emitter.isa.Encoding;
import io.trapeze.emitter.isa.Encoding.Prefixing;
import io.trapeze.emitter.isa.Form;
import io.trapeze.emitter.isa.InstructionTable;
import java.util.ArrayList;
import java.util.List;

/** The forms of a table by prefixing, opcode map and opcode. */
final class OpcodeIndex {
    private static final int MAPS = 4;
    private static final int OPCODES = 256;
    private static final List<FormPattern> NONE = List.of();

    private final List<List<FormPattern>> buckets = new ArrayList<>();

    OpcodeIndex(InstructionTable table) {
        for (int i = 0; i < Prefixing.values().length * MAPS * OPCODES; i++) {
            buckets.add(NONE);
        }
        for (Form form : table.forms()) {
            Encoding encoding = form.encoding();
            int opcodes = encoding.opcodeRegister() ? 8 : 1;
            FormPattern pattern = new FormPattern(form);
            for (int i = 0; i < opcodes; i++) {
                add(bucket(encoding.prefixing(), encoding.map(), encoding.opcode() + i), pattern);
            }
        }
    }

    /** Forms of constant bytes come first, those without operands before all others; else the table's order holds. */
    private void add(int bucket, FormPattern pattern) {
        List<FormPattern> patterns = buckets.get(bucket);
        if (patterns == NONE) {
            patterns = new ArrayList<>();
            buckets.set(bucket, patterns);
        }
        int place = patterns.size();
        while (place > 0 && patterns.get(place - 1).rank() > pattern.rank()) {
            place--;
        }
        patterns.add(place, pattern);
    }

    /** Returns the forms that an instruction which opens so may be an instance of, the preferred one first. */
    List<FormPattern> candidates(Opening opening) {
        boolean known = opening.opcode >= 0 && opening.map < MAPS;
        return known ? buckets.get(bucket(opening.prefixing, opening.map, opening.opcode)) : NONE;
    }

    private static int bucket(Prefixing prefixing, int map, int opcode) {
        return (prefixing.ordinal() * MAPS + map) * OPCODES + opcode;
    }
}
