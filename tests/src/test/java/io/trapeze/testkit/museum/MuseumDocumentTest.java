// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.museum;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Holds {@code docs/museum.md} to the exhibits. With {@code -Dtrapeze.docs=write} it writes the page instead. */
@DisplayName("docs/museum.md")
class MuseumDocumentTest {
    private static final String COMMAND =
            "./mvnw -q -pl tests -am test -Dtest=MuseumDocumentTest -DfailIfNoTests=false -Dtrapeze.docs=write";
    private static final Path DOCUMENT = Path.of("../docs/museum.md");
    private static final int SHOWN = 3;

    @Test
    void tellsOfEachExhibit() throws IOException {
        if (System.getProperty("trapeze.docs", "").equals("write")) {
            Files.writeString(DOCUMENT, page());
        }
        assertThat(Files.readString(DOCUMENT))
                .as("docs/museum.md; to write it anew: " + COMMAND)
                .isEqualTo(page());
    }

    private static String page() {
        StringBuilder text = new StringBuilder("""
                <!-- SPDX-License-Identifier: Apache-2.0 -->
                # The museum

                %d bugs of the field, each rebuilt in the fewest lines: in what the generator makes of a primitive, or in a short function. `-` is
                a line of the right code and `+` what stood in its place. The check has to find each, and to name the register and the rule.

                    ./trapeze museum                # names and titles
                    ./trapeze museum half-of-xmm    # one of them: what happened, the wrong lines, what the check says
                    ./trapeze museum all            # checks each

                An exhibit is a file in `tests/src/main/resources/io/trapeze/testkit/museum`, and `ExhibitText` says what stands in it. A test checks
                that the right code passes and that the wrong code fails as the exhibit says; a new one needs its name in `Museum`, too.

                This page is generated from those files, and a test holds the two together. To write it anew:
                `%s`
                """.formatted(Museum.names().size(), COMMAND));
        Museum.exhibits().forEach(exhibit -> text.append(section(exhibit)));
        return text.toString();
    }

    private static String section(Exhibit exhibit) {
        StringBuilder text = new StringBuilder("\n## " + exhibit.title() + "\n\n");
        text.append("`")
                .append(exhibit.name())
                .append("`, in ")
                .append(exhibit.piece().label())
                .append(": ");
        text.append(exhibit.story()).append("\n\n```diff\n");
        List<Exhibit.Change> changes = exhibit.changes();
        for (Exhibit.Change change : changes.subList(0, Math.min(SHOWN, changes.size()))) {
            text.append("- ").append(change.right()).append('\n');
            change.wrong().forEach(line -> text.append("+ ").append(line).append('\n'));
        }
        text.append("```\n\n");
        if (changes.size() > SHOWN) {
            text.append("And so on, ").append(changes.size()).append(" lines in all. ");
        }
        text.append("The check names ").append(exhibit.finding().register()).append(", by `");
        text.append(exhibit.finding().rule()).append("`. See ");
        List<String> links = exhibit.references().stream()
                .map(reference -> "[" + reference.what() + "](" + reference.url() + ")")
                .toList();
        return text.append(String.join("; ", links)).append(".\n").toString();
    }
}
