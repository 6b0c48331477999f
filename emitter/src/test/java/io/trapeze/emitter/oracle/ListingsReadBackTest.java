// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.Instruction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What listings print, our own parser turns into the same bytes again. */
class ListingsReadBackTest {
    private static final int OF_EACH_SHAPE = 100;
    private static final int AT_ONCE = 10_000;

    @Test
    void someOperandsOfEveryFormReadBackToTheSameBytes() {
        Batch batch = new Batch();
        Generator generator = new Generator(batch);
        for (Shape shape : Space.shapes()) {
            Plan.Part part = Plan.Part.spread(shape, OF_EACH_SHAPE, 0);
            for (int i = 0; i < part.count(); i++) {
                generator.add(shape, part.number(i));
            }
        }
        assertThat(batch.size()).isGreaterThan(50_000);
        List<String> differences = new ArrayList<>();
        for (int from = 0; from < batch.size(); from += AT_ONCE) {
            compare(batch, from, Math.min(batch.size(), from + AT_ONCE), differences);
        }
        assertThat(differences.stream().limit(20)).isEmpty();
    }

    private static void compare(Batch batch, int from, int to, List<String> differences) {
        StringBuilder text = new StringBuilder();
        for (int i = from; i < to; i++) {
            text.append(batch.text(i)).append('\n');
        }
        List<Instruction> again = Assembler.parse(text.toString()).instructions();
        assertThat(again).hasSize(to - from);
        for (int i = from; i < to; i++) {
            byte[] read = again.get(i - from).bytes();
            if (!Arrays.equals(read, batch.code(i))) {
                differences.add(batch.text(i) + ": " + HexFormat.of().formatHex(batch.code(i)) + ", read back as "
                        + HexFormat.of().formatHex(read));
            }
        }
    }
}
