// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import static org.assertj.core.api.Assertions.assertThat;

import com.grack.nanojson.JsonArray;
import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import com.grack.nanojson.JsonParserException;
import io.trapeze.lab.Session.Ending;
import io.trapeze.trampolines.Primitive;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("trapeze diff")
class DiffCommandTest {
    private static final int TERMINAL = 120;

    private static Ending type(String locale, String line) {
        return new Session().having("LC_ALL", locale).type(line);
    }

    @ParameterizedTest
    @ValueSource(strings = {"C", "C.UTF-8"})
    void fitsATerminalAndExplainsEveryLineThatDiffers(String locale) {
        for (String command :
                List.of("diff sysv win64 mcall", "diff sysv win64", "diff win64 sysv --save-set avx512")) {
            Ending ending = type(locale, command);
            assertThat(ending.exit()).isZero();
            assertThat(ending.out().lines())
                    .as("lines of %s", command)
                    .allSatisfy(line ->
                            assertThat(line.codePointCount(0, line.length())).isLessThanOrEqualTo(TERMINAL));
            assertThat(marked(ending.out())).isGreaterThan(40);
        }
    }

    /** Returns how many lines have a mark; each must have a cause behind it. */
    private static int marked(String text) {
        int right = 0;
        int causes = 0;
        int marked = 0;
        for (String line : text.lines().toList()) {
            if (line.endsWith("because of")) {
                right = line.indexOf(line.startsWith("sysv") ? "win64" : "sysv");
                causes = line.indexOf("because of");
            } else if (right > 0 && line.length() > right && "|<>".indexOf(line.charAt(right - 2)) >= 0) {
                assertThat(line.length())
                        .as("columns of '%s', whose cause should be at %d", line, causes)
                        .isGreaterThan(causes);
                assertThat(line.substring(causes)).matches("(arguments|preserved|stack|thread|control)\\..*: .*");
                marked++;
            }
        }
        return marked;
    }

    @Test
    void fitsATerminalForEveryConvention() {
        for (Abi abi : Abi.builtIn()) {
            for (String line :
                    List.of("diff go " + abi.name() + " mcall", "diff " + abi.name() + " preserve-all gogo")) {
                assertThat(type("C.UTF-8", line).out().lines())
                        .as(line)
                        .allSatisfy(
                                l -> assertThat(l.codePointCount(0, l.length())).isLessThanOrEqualTo(TERMINAL));
            }
        }
    }

    @Test
    void hasTheLinesOfBothSidesInTheirOrder() {
        List<String> left = new ArrayList<>();
        List<String> right = new ArrayList<>();
        String text = type("C", "diff sysv win64 systemstack").out();
        List<String> lines = text.lines().toList();
        int middle = lines.get(1).indexOf("win64");
        int causes = lines.get(1).indexOf("because of");
        for (String line : lines.subList(2, lines.size() - 1)) {
            String padded = line + " ".repeat(TERMINAL);
            add(left, padded.substring(0, middle - 2));
            add(right, padded.substring(middle, causes));
        }
        assertThat(left).isEqualTo(offsets(Abi.SYSTEM_V));
        assertThat(right).isEqualTo(offsets(Abi.WIN64));
    }

    private static void add(List<String> offsets, String side) {
        if (!side.isBlank()) {
            offsets.add(side.strip().split(" ")[0]);
        }
    }

    private static List<String> offsets(Abi abi) {
        return Primitive.SYSTEMSTACK.emit(abi, SaveSet.SSE).instructions().stream()
                .map(instruction -> Integer.toHexString(instruction.offset()))
                .toList();
    }

    @Test
    void comparesAllFourUnlessToldWhich() {
        String text = type("C", "diff sysv win64").out();
        assertThat(text.lines().filter(line -> Primitive.named(line).isPresent()))
                .containsExactly("gogo", "mcall", "systemstack", "async_preempt");
        assertThat(type("C", "diff sysv win64 gogo").out()).isEqualTo(text.substring(0, text.indexOf("mcall") - 1));
    }

    @Test
    void endsAsGitDiffDoes() {
        assertThat(type("C", "diff sysv win64 gogo").exit()).isZero();
        assertThat(type("C", "diff sysv win64 gogo --exit-code").exit()).isEqualTo(1);
        assertThat(type("C", "diff sysv sysv --exit-code").exit()).isZero();
        assertThat(type("C", "diff sysv win32 gogo").exit()).isEqualTo(2);
    }

    @Test
    void usesColourOnATerminalAndShowsTheSame() {
        String coloured = new Session()
                .onTerminal()
                .having("LANG", "en_GB.UTF-8")
                .type("diff sysv win64 mcall")
                .out();
        assertThat(coloured).contains("\u001b[33m", "\u001b[32m");
        assertThat(coloured.replaceAll("\u001b\\[[0-9;]*m", "").replaceAll(" +\n", "\n"))
                .isEqualTo(type("C.UTF-8", "diff sysv win64 mcall").out());
    }

    @Test
    void writesJsonWithBothValuesOfEachCause() throws JsonParserException {
        JsonArray comparisons = JsonParser.array()
                .from(type("C", "diff sysv win64 mcall --json").out());
        JsonObject mcall = comparisons.getObject(0);
        assertThat(mcall.getString("primitive")).isEqualTo("mcall");
        JsonObject changed = mcall.getArray("rows").getObject(1);
        assertThat(changed.getString("kind")).isEqualTo("changed");
        assertThat(changed.getObject("left").getString("text")).isEqualTo("mov qword ptr [rsi + 0x8], rax");
        JsonObject cause = changed.getArray("causes").getObject(0);
        assertThat(cause.getString("path")).isEqualTo("arguments.integer[1]");
        assertThat(cause.getString("left")).isEqualTo("rsi");
        assertThat(cause.getString("right")).isEqualTo("rdx");
    }

    @Test
    void writesATableInMarkdown() {
        String page = type("C", "diff sysv win64 gogo --markdown").out();
        Stream<String> rows = page.lines().filter(line -> line.startsWith("| "));
        assertThat(rows).hasSize(1 + 31);
        assertThat(page)
                .startsWith("# `gogo`\n\n| sysv |  | win64 | because of | what for |\n|---|---|---|---|---|\n")
                .contains("| `mov rsp, qword ptr [rdi]` | \\| | `mov rsp, qword ptr [rcx]` |"
                        + " arguments.integer[0]: rdi → rcx | the switch |\n");
    }
}
