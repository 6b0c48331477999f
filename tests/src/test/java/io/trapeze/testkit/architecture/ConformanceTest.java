// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Keeps docs/conformance.md to the truth: it names tests, and each of them has to be there and to carry its row's tag. */
class ConformanceTest {
    private static final String NOT_YET = "not yet";
    private static final Pattern ROW = Pattern.compile("^\\| ([SD]\\w+) \\| (.*) \\| (.*) \\|$");
    private static final Pattern NAMED_TEST = Pattern.compile("`(\\w+)`");

    private record Row(String number, String proof) {
        List<String> tests() {
            return NAMED_TEST
                    .matcher(proof)
                    .results()
                    .map(found -> found.group(1))
                    .toList();
        }
    }

    private final SourceTree tree = SourceTree.here();
    private final List<Row> rows = SourceTree.lines(tree.root().resolve("docs/conformance.md")).stream()
            .map(ROW::matcher)
            .filter(Matcher::matches)
            .map(row -> new Row(row.group(1), row.group(3)))
            .toList();

    @Test
    void everyRowIsThereOnce() {
        List<String> expected = Stream.of(
                        IntStream.rangeClosed(1, 52).mapToObj(number -> "S" + number),
                        Stream.of("Sa", "Sb", "Sd", "Sf", "Sg", "Sj"),
                        IntStream.rangeClosed(1, 8).mapToObj(number -> "D" + number))
                .flatMap(numbers -> numbers)
                .toList();
        assertThat(rows).extracting(Row::number).containsExactlyElementsOf(expected);
    }

    @Test
    void aRowIsProvedByTestsOrSaysThatItIsNot() {
        assertThat(rows)
                .as("rows of docs/conformance.md without a `TestName` and without \"%s\"", NOT_YET)
                .allMatch(row -> row.proof().startsWith(NOT_YET) || !row.tests().isEmpty());
    }

    @Test
    void everyTestNamedCarriesTheTagOfItsRow() {
        Map<String, Path> tests = tree.javaFiles().stream()
                .filter(file -> tree.name(file).contains("src/test/java"))
                .filter(file -> !file.endsWith("package-info.java"))
                .collect(Collectors.toMap(ConformanceTest::className, file -> file, (one, other) -> one));
        assertThat(rows.stream()
                        .flatMap(row -> row.tests().stream()
                                .filter(test -> !tests.containsKey(test) || !carries(tests.get(test), row.number()))
                                .map(test -> row.number() + ": " + test
                                        + (tests.containsKey(test)
                                                ? " has no @Tag(\"" + row.number() + "\")"
                                                : " does not exist"))))
                .as("proofs that docs/conformance.md claims")
                .isEmpty();
    }

    @Test
    void everyTagIsTheNumberOfARow() {
        Pattern tag = Pattern.compile("@Tag\\(\"([SD]\\w+)\"\\)");
        assertThat(tree.javaFiles().stream()
                        .flatMap(file -> SourceTree.lines(file).stream())
                        .flatMap(line -> tag.matcher(line).results().map(found -> found.group(1)))
                        .distinct())
                .as("tags of tests")
                .isSubsetOf(rows.stream().map(Row::number).toList());
    }

    private static boolean carries(Path test, String number) {
        String tag = "@Tag(\"" + number + "\")";
        return SourceTree.lines(test).stream().anyMatch(line -> line.contains(tag));
    }

    private static String className(Path file) {
        return file.getFileName().toString().replace(".java", "");
    }
}
