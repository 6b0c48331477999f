// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.render;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("What drawings are made of")
class GlyphsTest {
    @ParameterizedTest
    @CsvSource(
            value = {
                "'', '', '', ASCII",
                "C, '', en_US.UTF-8, ASCII",
                "'', C.UTF-8, C, UNICODE",
                "'', '', de_DE.utf8, UNICODE",
                "'', POSIX, '', ASCII",
                "'', '', en_US.ISO-8859-1, ASCII",
            })
    void dependsOnTheLocaleAsPosixOrdersItsVariables(String all, String ctype, String lang, Glyphs expected) {
        assertThat(Glyphs.of(Map.of("LC_ALL", all, "LC_CTYPE", ctype, "LANG", lang)))
                .isEqualTo(expected);
        assertThat(Glyphs.of(Map.of())).isEqualTo(Glyphs.ASCII);
    }

    @Test
    void keepsTextAndReplacesWhatAsciiLacks() {
        assertThat(Glyphs.UNICODE.text("a → b … ←")).isEqualTo("a → b … ←");
        assertThat(Glyphs.ASCII.text("a → b … ← xmm6–xmm9 · c")).isEqualTo("a -> b ... <- xmm6-xmm9 ; c");
    }
}
