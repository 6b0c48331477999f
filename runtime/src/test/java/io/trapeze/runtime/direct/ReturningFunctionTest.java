// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.direct;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapeze.runtime.ChildJvm;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class ReturningFunctionTest {
    @Test
    @Tag("S26")
    void aFunctionOfMcallThatReturnsStopsAtATrapInMcallItself() {
        ChildJvm child = ChildJvm.run(ReturningFunction.class);
        Matcher trap = Pattern.compile("trap at (0x\\p{XDigit}+)").matcher(child.output());
        assertThat(trap.find()).as(child.output()).isTrue();
        assertThat(child.output())
                .doesNotContain("survived")
                .contains("SIGILL")
                .containsPattern("pc=0x0*" + trap.group(1).substring(2));
        assertThat(child.exit()).isNotZero();
    }
}
