// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
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
            assertThat(libraries(module, file -> !isOfAbiFiles(file)))
                    .as("imports of " + module + " from elsewhere")
                    .isEmpty();
        }
    }

    @Test
    void theReaderOfAbiFilesDependsOnAParserAlone() {
        assertThat(libraries("trampolines", LayoutOfTheProjectTest::isOfAbiFiles))
                .isNotEmpty()
                .allMatch(name -> name.startsWith("org.tomlj."));
    }

    private List<String> libraries(String module, Predicate<Path> files) {
        return tree.javaFiles().stream()
                .filter(file -> file.startsWith(tree.root().resolve(module).resolve("src/main")))
                .filter(files)
                .flatMap(file -> SourceTree.lines(file).stream())
                .filter(line -> line.startsWith("import "))
                .map(line -> line.replaceFirst("^import (static )?", ""))
                .filter(line -> !line.startsWith("java.") && !line.startsWith("io.trapeze."))
                .toList();
    }

    /** TOML is read by a library, and nothing but descriptions in files is TOML. */
    private static boolean isOfAbiFiles(Path file) {
        return file.getParent().endsWith(Path.of("io", "trapeze", "trampolines", "abi", "file"));
    }
}
