// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class LayoutOfTheProjectTest {
    private final SourceTree tree = SourceTree.here();

    @Test
    @Tag("D2")
    void theTopOfTheTreeHoldsWhatItShould() {
        for (String name :
                List.of("pom.xml", "emitter", "formats", "runtime", "trampolines", "tests", "docs", "LICENSE")) {
            assertThat(tree.root().resolve(name)).exists();
        }
    }

    @Test
    @Tag("D1")
    void theEncoderAndTheGeneratorsDependOnNoLibrary() {
        for (String module : List.of("emitter", "formats", "trampolines")) {
            List<String> imports = tree.javaFiles().stream()
                    .filter(file -> file.startsWith(tree.root().resolve(module).resolve("src/main")))
                    .flatMap(file -> SourceTree.lines(file).stream())
                    .filter(line -> line.startsWith("import "))
                    .map(line -> line.replaceFirst("^import (static )?", ""))
                    .filter(line -> !line.startsWith("java.") && !line.startsWith("io.trapeze."))
                    .toList();
            assertThat(imports).as("imports of " + module + " from elsewhere").isEmpty();
        }
    }
}
