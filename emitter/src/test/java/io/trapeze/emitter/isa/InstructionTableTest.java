// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.isa;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class InstructionTableTest {
    @Test
    void whatIsShippedIsWhatIsWritten() throws IOException {
        String written = Files.readString(Path.of("src/generator/x86-64.table"));
        assertThat(InstructionTable.shipped().forms())
                .usingElementComparator(
                        (one, other) -> one.equals(other) && one.toString().equals(other.toString()) ? 0 : 1)
                .containsExactlyElementsOf(WrittenTable.read(written).forms());
    }

    @Test
    void formsAreFoundByAnyNameInOrderOfPreference() {
        InstructionTable table = InstructionTable.shipped();
        assertThat(table.named("jz")).isEqualTo(table.named("je")).hasSize(2);
        assertThat(table.named("nonsense")).isEmpty();
        assertThat(table.forms()).allMatch(form -> table.form(form.id()).equals(form));
    }
}
