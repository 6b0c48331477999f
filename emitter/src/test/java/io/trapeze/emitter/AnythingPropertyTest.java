// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapeze.emitter.text.SourceException;
import java.io.ByteArrayOutputStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** What is read takes anything, and shrinks what it does not take. */
class AnythingPropertyTest {
    @Property(tries = 2000)
    void everyByteOfForeignCodeStandsInItsListing(@ForAll byte[] code) {
        CodeBlob blob = CodeBlob.disassemble("code", code);
        ByteArrayOutputStream shown = new ByteArrayOutputStream();
        blob.instructions().forEach(instruction -> shown.writeBytes(instruction.bytes()));
        assertThat(shown.toByteArray()).isEqualTo(code);
        assertThat(blob.listing().isEmpty()).isEqualTo(code.length == 0);
    }

    @Property(tries = 2000)
    void textIsAssembledOrRefusedWithItsErrors(@ForAll String text) {
        try {
            assertThat(Assembler.parse(text)).isNotNull();
        } catch (SourceException e) {
            assertThat(e.getMessage()).isNotBlank();
            assertThat(e.problems().get(0).line()).isPositive();
        }
    }
}
