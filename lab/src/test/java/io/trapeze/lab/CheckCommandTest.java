// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.trapeze.runtime.os.Platform;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("trapeze check")
class CheckCommandTest {
    private static final Pattern NOTED = Pattern.compile("noted in\\s+(\\S+)");

    @TempDir
    Path folder;

    @BeforeEach
    void assumeThatCapsulesRun() {
        Platform here = Platform.current();
        assumeTrue(here.isLinux() && here.isX64(), "capsules are programs for Linux on x86-64");
    }

    @Test
    void isContentWithEveryPrimitive() {
        Session.Ending ending = new Session().type("check all --tries 20");
        assertThat(ending.err()).isEmpty();
        assertThat(ending.exit()).isZero();
        assertThat(ending.out().lines()).hasSize(4).allMatch(line -> line.startsWith("ok "));
    }

    @Test
    void namesTheRegisterTheRuleAndTheInstructionThatIsMissing() throws IOException {
        Session.Ending ending = new Session().type("check mcall --omit r13 --tries 20");
        assertThat(ending.exit()).isEqualTo(1);
        assertThat(ending.out())
                .contains("saved by mcall, r13")
                .contains("preserved.general: r13")
                .contains("the generator's mcall has: mov qword ptr [rsi + 0x48], r13")
                .contains("trapeze check mcall --omit r13 --tries 20");
        assertNoted(ending.out(), "trapeze check mcall --omit r13 --tries 20");
    }

    /** The example of docs/testing-your-code.md. */
    @Test
    void tellsANewcomersFunctionThatItForgetsR12() throws IOException {
        String page = Files.readString(Path.of("../docs/testing-your-code.md"));
        int start = page.indexOf("```asm\n") + 7;
        String source = page.substring(start, page.indexOf("```", start));
        Path file = Files.writeString(folder.resolve("keep.s"), source);
        Session.Ending ending = new Session().run("check", file.toString(), "--tries", "20");
        assertThat(ending.exit()).isEqualTo(1);
        int from = page.indexOf("wrong keep");
        page.substring(from, page.indexOf("```", from))
                .lines()
                .forEach(line -> assertThat(ending.out()).contains(line));
        assertNoted(ending.out(), "check " + file);

        Files.writeString(file, source.replace("keep:\n", "keep:\n push r12\n").replace("    ret", " pop r12\n ret"));
        assertThat(new Session().run("check", file.toString(), "--tries", "20").out())
                .isEqualTo("ok    keep by the rules of sysv, 20 tries\n");
    }

    @Test
    void refusesWhatItCannotCheck() {
        assertThat(new Session().type("check nothing").exit()).isEqualTo(2);
        assertThat(new Session().type("check mcall --tries 0").exit()).isEqualTo(2);
    }

    private static void assertNoted(String out, String command) throws IOException {
        Matcher noted = NOTED.matcher(out);
        assertThat(noted.find()).isTrue();
        Path file = Path.of(noted.group(1));
        assertThat(Files.readString(file)).startsWith("case ").contains(command);
        Files.delete(file);
    }
}
