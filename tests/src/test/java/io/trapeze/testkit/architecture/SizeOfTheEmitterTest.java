// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.trapeze.emitter.Assembler;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The emitter")
class SizeOfTheEmitterTest {
    private static final int MOST_LINES = 5_000;
    private static final int LARGEST_JAR = 400_000;
    /** Empty lines, comments, and what an editor writes at the top. */
    private static final Pattern NO_CODE = Pattern.compile("\\s*(//.*|/?\\*.*|)|(import|package) .*");

    private final SourceTree tree = SourceTree.here();

    @Test
    void isWrittenInSoFewLinesThatOneCanReadThem() {
        Path sources = tree.root().resolve("emitter/src/main/java");
        long lines = tree.javaFiles().stream()
                .filter(file -> file.startsWith(sources))
                .flatMap(file -> SourceTree.lines(file).stream())
                .filter(line -> !NO_CODE.matcher(line).matches())
                .count();
        assertThat(lines)
                .as(
                        "lines of code in %s: what others read of a blob goes to formats, what repeats itself to the generator",
                        sources)
                .isBetween(1L, (long) MOST_LINES);
    }

    @Test
    void isASmallJar() throws IOException, URISyntaxException {
        Path jar = Path.of(Assembler.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        assumeTrue(Files.isRegularFile(jar), "the emitter is not packed yet: run verify, or package");
        assertThat(Files.size(jar)).as("bytes of %s", jar).isLessThanOrEqualTo(LARGEST_JAR);
    }
}
