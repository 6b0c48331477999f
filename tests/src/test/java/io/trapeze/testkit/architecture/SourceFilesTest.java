// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Every source file")
class SourceFilesTest {
    private static final String LICENCE = "// SPDX-License-Identifier: Apache-2.0";
    private static final Set<String> EMPTY_NAMES =
            Set.of("util", "utils", "common", "helper", "helpers", "impl", "manager", "managers", "misc");
    private static final Pattern TEST_METHOD =
            Pattern.compile("^\\s*@(Test|Property|ParameterizedTest|TestFactory|RepeatedTest)\\b");

    private final SourceTree tree = SourceTree.here();

    @Test
    void isFoundByTheseTests() {
        assertThat(tree.javaFiles()).as("Java files under %s", tree.root()).hasSizeGreaterThan(20);
    }

    @Test
    void startsWithTheLicence() {
        assertThat(tree.javaFiles().stream()
                        .filter(file -> !SourceTree.lines(file).get(0).equals(LICENCE))
                        .map(tree::name))
                .as("files whose first line is not \"%s\"", LICENCE)
                .isEmpty();
    }

    @Test
    void liesInAPackageThatSaysWhatItIsFor() {
        assertThat(tree.javaFiles().stream()
                        .filter(file -> tree.name(file).contains("src/main/java"))
                        .filter(file -> !file.endsWith("module-info.java"))
                        .map(Path::getParent)
                        .distinct()
                        .filter(folder -> !Files.isRegularFile(folder.resolve("package-info.java")))
                        .map(tree::name))
                .as("packages without a package-info.java")
                .isEmpty();
    }

    @Test
    void liesInAPackageWhoseNameTellsSomething() {
        assertThat(tree.javaFiles().stream()
                        .map(tree.root()::relativize)
                        .filter(SourceFilesTest::hasAnEmptyName)
                        .map(Path::toString))
                .as("files in a package named after no subject: %s", EMPTY_NAMES)
                .isEmpty();
    }

    @Test
    void thatHoldsTestsHasANameUnderWhichTheyAreRun() {
        assertThat(tree.javaFiles().stream()
                        .filter(file -> tree.name(file).contains("src/test/java"))
                        .filter(file -> SourceTree.lines(file).stream()
                                .anyMatch(line -> TEST_METHOD.matcher(line).find()))
                        .filter(file -> !file.getFileName().toString().endsWith("Test.java"))
                        .map(tree::name))
                .as("files with tests in them that the build would pass over: end their names in Test")
                .isEmpty();
    }

    @Test
    void thatHoldsPropertiesIsCalledAPropertyTest() {
        assertThat(tree.javaFiles().stream()
                        .filter(file -> SourceTree.lines(file).contains("import net.jqwik.api.Property;"))
                        .filter(file -> !file.getFileName().toString().endsWith("PropertyTest.java"))
                        .map(tree::name))
                .as("files with jqwik properties in them: end their names in PropertyTest")
                .isEmpty();
    }

    @Test
    void ofAModuleComesWithAModuleDescriptor() {
        List<String> without = SourceTree.MODULES.stream()
                .filter(module ->
                        !Files.isRegularFile(tree.root().resolve(module).resolve("src/main/java/module-info.java")))
                .toList();
        assertThat(without).as("modules without a module-info.java").isEmpty();
    }

    private static boolean hasAnEmptyName(Path file) {
        for (Path part : file.getParent()) {
            if (EMPTY_NAMES.contains(part.toString())) {
                return true;
            }
        }
        return false;
    }
}
