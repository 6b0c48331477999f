// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.isa;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The packed table")
class PackedFormsTest {
    /** The order of a set is another one in each Java VM; what a build makes must not be. */
    @Test
    void namesTheFeaturesOfAFormInOrder() throws IOException {
        try (InputStream packed = PackedForms.class.getResourceAsStream(PackedForms.RESOURCE)) {
            String text = new String(packed.readAllBytes(), StandardCharsets.ISO_8859_1);
            List<String> together = InstructionTable.shipped().forms().stream()
                    .filter(form -> form.features().size() > 1)
                    .map(form ->
                            String.join(" ", form.features().stream().sorted().toList()))
                    .distinct()
                    .toList();
            assertThat(together)
                    .isNotEmpty()
                    .allSatisfy(features -> assertThat(text).contains(features).doesNotContain(reversed(features)));
        }
    }

    private static String reversed(String features) {
        String[] words = features.split(" ");
        return words[words.length - 1] + " " + words[0];
    }
}
