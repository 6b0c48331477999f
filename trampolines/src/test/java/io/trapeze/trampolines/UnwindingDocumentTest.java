// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapeze.emitter.Instruction;
import io.trapeze.formats.unwind.EhFrame;
import io.trapeze.formats.unwind.Rule;
import io.trapeze.formats.unwind.UnwindInfo;
import io.trapeze.formats.unwind.UnwindRow;
import io.trapeze.formats.unwind.UnwindRules;
import io.trapeze.trampolines.abi.Abi;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Holds the tables of {@code docs/unwinding.md} to the rules that are derived from the code. With {@code -Dtrapeze.docs=write} it
 * writes them instead.
 */
@DisplayName("docs/unwinding.md")
class UnwindingDocumentTest {
    private static final String COMMAND =
            "./mvnw -q -pl trampolines -am test -Dtest=UnwindingDocumentTest -DfailIfNoTests=false -Dtrapeze.docs=write";
    private static final Path DOCUMENT =
            Path.of(System.getProperty("basedir", "")).toAbsolutePath().resolveSibling("docs/unwinding.md");

    @Test
    @Tag("S27")
    void showsTheRulesThatTheCodeHas() throws IOException {
        String found = Files.readString(DOCUMENT);
        String right = found;
        for (Primitive primitive : List.of(Primitive.MCALL, Primitive.GOGO, Primitive.SYSTEMSTACK)) {
            right = between(right, primitive.symbol(), table(rules(primitive, Abi.SYSTEM_V)));
        }
        right = between(right, "mcall of win64", table(rules(Primitive.MCALL, Abi.WIN64)));
        right = between(right, "sizes", sizes());
        if (System.getProperty("trapeze.docs", "").equals("write")) {
            Files.writeString(DOCUMENT, right);
        }
        assertThat(Files.readString(DOCUMENT))
                .as("docs/unwinding.md; to write its tables anew: " + COMMAND)
                .isEqualTo(right);
    }

    private static UnwindRules rules(Primitive primitive, Abi abi) {
        return UnwindRules.of(primitive.emit(abi, SaveSet.SSE)).orElseThrow();
    }

    private static String between(String page, String name, String content) {
        String begin = "<!-- " + name + " -->\n";
        String end = "<!-- end of " + name + " -->";
        assertThat(page).contains(begin, end);
        return page.substring(0, page.indexOf(begin) + begin.length()) + content + page.substring(page.indexOf(end));
    }

    private static String table(UnwindRules rules) {
        StringBuilder text = new StringBuilder("| before | CFA | pc | registers elsewhere |\n|---|---|---|---|\n");
        List<Instruction> instructions = rules.blob().instructions();
        for (int i = 0; i < instructions.size(); i++) {
            UnwindRow row = rules.rows().get(i);
            boolean again = i > 0 && row.saysTheSameAs(rules.rows().get(i - 1));
            text.append("| `%x: %s` | %s | %s | %s |\n"
                    .formatted(
                            row.offset(),
                            instructions.get(i).text(),
                            again ? "″" : "`" + row.cfa() + "`",
                            again ? "″" : "`" + row.pc() + "`",
                            again ? "″" : elsewhere(row)));
        }
        return text.toString();
    }

    private static String elsewhere(UnwindRow row) {
        return row.registers().entrySet().stream()
                .filter(entry -> !(entry.getValue() instanceof Rule.Same))
                .map(entry -> "`" + entry.getKey() + " = " + entry.getValue() + "`")
                .collect(Collectors.joining(" "));
    }

    private static String sizes() {
        return Stream.of(Primitive.values())
                .map(primitive -> {
                    UnwindInfo windows = UnwindInfo.of(rules(primitive, Abi.WIN64));
                    int bytes = windows.infos().length + windows.functionTable(0, 0).length;
                    int frame = EhFrame.of(rules(primitive, Abi.SYSTEM_V)).bytes().length;
                    return "| `%s` | %d | %d | %d |\n"
                            .formatted(
                                    primitive.symbol(),
                                    frame,
                                    bytes,
                                    windows.ranges().size());
                })
                .collect(Collectors.joining(
                        "", "| primitive | `.eh_frame` | Windows | ranges |\n|---|---:|---:|---:|\n", ""));
    }
}
