// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapeze.emitter.Instruction;
import io.trapeze.emitter.isa.Form;
import io.trapeze.emitter.isa.InstructionTable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class KnownBytesTest {
    @Test
    void everyFormHasTheBytesThatGnuAsOnceMade() throws IOException {
        Map<String, String> known = KnownBytes.read();
        List<String> differences = new ArrayList<>();
        for (Form form : InstructionTable.shipped().forms()) {
            List<Sample> samples = EveryEncoding.isBranch(form) ? List.of() : KnownBytes.samples(form);
            for (Sample sample : samples) {
                if (!KnownDifferences.concern(ReferenceAssembler.GNU_AS, sample)) {
                    Instruction instruction = KnownBytes.encode(sample);
                    String bytes = known.getOrDefault(instruction.text(), "unknown: run KnownBytes");
                    String ours = HexFormat.of().formatHex(instruction.bytes());
                    if (!bytes.equals(ours)) {
                        differences.add(instruction.text() + ": ours " + ours + ", GNU as " + bytes);
                    }
                }
            }
        }
        assertThat(differences).isEmpty();
        assertThat(known).hasSizeGreaterThan(3_000);
    }
}
