// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.oracle;

import static org.assertj.core.api.Assertions.assertThat;

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
        Batch batch = KnownBytes.some();
        for (int i = 0; i < batch.size(); i++) {
            if (KnownDifferences.of(ReferenceAssembler.GNU_AS, batch.sample(i)).isEmpty()) {
                String bytes = known.getOrDefault(batch.text(i), "unknown: run KnownBytes");
                String ours = HexFormat.of().formatHex(batch.code(i));
                if (!bytes.equals(ours)) {
                    differences.add(batch.text(i) + ": ours " + ours + ", GNU as " + bytes);
                }
            }
        }
        assertThat(differences).isEmpty();
        assertThat(known).hasSizeGreaterThan(3_000);
    }
}
