// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.museum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.trapeze.runtime.host.Host;
import io.trapeze.runtime.os.Platform;
import io.trapeze.testkit.check.Check;
import io.trapeze.testkit.check.Verdict;
import io.trapeze.trampolines.SaveSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("The museum")
class MuseumTest {
    private static final Path FILES = Path.of("src/main/resources/io/trapeze/testkit/museum");
    private static final int TRIES = 1_000;

    private static Check check;

    static List<String> names() {
        return Museum.names();
    }

    @AfterAll
    static void close() {
        if (check != null) {
            check.close();
        }
    }

    private static void assumeThatItRuns(Exhibit exhibit) {
        Platform here = Platform.current();
        assumeTrue(here.isLinux() && here.isX64(), "capsules are programs for Linux on x86-64");
        SaveSet needs = exhibit.piece().needs();
        assumeTrue(
                needs.fits(SaveSet.widest(Host.detect().cpu().xcr0())),
                () -> exhibit.name() + " needs registers that this processor lacks: " + needs.label());
        if (check == null) {
            check = Check.open();
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void hasRightCodeInWhichTheCheckFindsNothing(String name) {
        Exhibit exhibit = Museum.exhibit(name);
        assumeThatItRuns(exhibit);
        assertThat(exhibit.piece().check(check, exhibit.right(), 50, 1)).isEqualTo(new Verdict.Passed(50));
    }

    @ParameterizedTest
    @MethodSource("names")
    void hasWrongCodeInWhichTheCheckFindsWhatTheExhibitSays(String name) {
        Exhibit exhibit = Museum.exhibit(name);
        assumeThatItRuns(exhibit);
        Verdict verdict = exhibit.check(check, TRIES, 1);
        assertThat(exhibit.finding().isOf(verdict))
                .as("%s; the check says: %s", exhibit.finding(), verdict)
                .isTrue();
    }

    @Test
    void hasTheCodeOfTheGeneratorWhereItShowsAPrimitive() {
        assertThat(Museum.exhibits())
                .filteredOn(e -> e.piece() instanceof Piece.Generated)
                .isNotEmpty()
                .allSatisfy(e -> assertThat(e.right().bytes())
                        .isEqualTo(
                                ((Piece.Generated) e.piece()).subject().code().bytes()));
    }

    @Test
    void tellsOfAtLeastTwentyBugsAndWhereEachIsDocumented() {
        List<Exhibit> all = Museum.exhibits();
        assertThat(all).hasSizeGreaterThanOrEqualTo(20);
        assertThat(all).extracting(Exhibit::name).doesNotHaveDuplicates();
        assertThat(all).extracting(Exhibit::title).doesNotHaveDuplicates();
        assertThat(all).allSatisfy(exhibit -> {
            assertThat(exhibit.references()).as(exhibit.name()).isNotEmpty();
            assertThat(exhibit.story()).as(exhibit.name()).hasSizeGreaterThan(100);
            assertThat(exhibit.changes()).as(exhibit.name()).isNotEmpty();
        });
        assertThat(all.stream().flatMap(e -> e.references().stream().map(Reference::url)))
                .doesNotHaveDuplicates();
    }

    @Test
    void showsEveryFileThereIs() throws IOException {
        try (Stream<Path> files = Files.list(FILES)) {
            assertThat(files.map(file -> file.getFileName().toString().replace(".txt", "")))
                    .containsExactlyInAnyOrderElementsOf(Museum.names());
        }
    }

    @Test
    void refusesAnExhibitWhoseBugChangesNothing() {
        String right = Museum.exhibit("rbp-forgotten").piece().lines().stream()
                .map(line -> "    " + line)
                .collect(Collectors.joining("\n"));
        String text = "title  t\ncode   function of sysv\nfinds  r, by s\n\nstory\n\n" + right + "\n\n- push r9\n";
        assertThatThrownBy(() -> ExhibitText.read("x", text))
                .hasMessageStartingWith("x: no line of function of sysv is like 'push r9'");
        assertThatThrownBy(() -> ExhibitText.read("x", "titel  t\n"))
                .hasMessage("exhibit x: 'titel  t' is nothing that an exhibit has");
        assertThatThrownBy(() -> Museum.exhibit("nothing")).hasMessageStartingWith("there is no exhibit nothing, only");
    }
}
