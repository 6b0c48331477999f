// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.render;

import static io.trapeze.lab.render.Table.Align.LEFT;
import static io.trapeze.lab.render.Table.Align.RIGHT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A table")
class TableTest {
    @Test
    void alignsItsColumnsAndEndsNoLineInBlanks() {
        assertThat(new Table(LEFT, RIGHT, LEFT)
                        .row("name", "n", "")
                        .row("a", "1,000", "yes")
                        .row("longer", "2", "no")
                        .text())
                .isEqualTo("name        n\n" + "a       1,000  yes\n" + "longer      2  no\n");
    }

    @Test
    void countsWhatIsSeen() {
        String coloured = Style.COLOUR.good("ok");
        assertThat(coloured).isEqualTo("\u001b[32mok\u001b[0m");
        assertThat(new Table(LEFT, LEFT)
                        .row(coloured, "x")
                        .row("µs", "y")
                        .row("\ud83e\udd38", "z")
                        .text())
                .isEqualTo(coloured + "  x\nµs  y\n\ud83e\udd38   z\n");
    }

    @Test
    void refusesARowOfAnotherLength() {
        assertThatThrownBy(() -> new Table(LEFT, LEFT).row("one"))
                .hasMessage("a row of 1 texts in a table of 2 columns: [one]");
    }
}
