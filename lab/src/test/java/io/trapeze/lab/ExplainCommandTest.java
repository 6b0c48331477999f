// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import static org.assertj.core.api.Assertions.assertThat;

import com.grack.nanojson.JsonArray;
import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import com.grack.nanojson.JsonParserException;
import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.Instruction;
import io.trapeze.lab.Session.Ending;
import io.trapeze.lab.abi.AbiRules;
import io.trapeze.trampolines.Primitive;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;
import java.util.HexFormat;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("trapeze explain")
class ExplainCommandTest {
    private static String type(String locale, String line) {
        Ending ending = new Session().having("LC_ALL", locale).type(line);
        assertThat(ending.err()).isEmpty();
        assertThat(ending.exit()).isZero();
        return ending.out();
    }

    @ParameterizedTest
    @EnumSource
    void tellsOfEveryInstructionWhatItSaysAndWhatItIsFor(Primitive primitive) {
        CodeBlob blob = primitive.emit(Abi.WIN64, SaveSet.SSE);
        String text = type("C.UTF-8", "explain " + primitive.symbol() + " --abi win64");
        AbiRules rules = AbiRules.of(Abi.WIN64);
        int at = 0;
        for (Instruction instruction : blob.instructions()) {
            at = text.indexOf(instruction.text() + "   at 0x" + Integer.toHexString(instruction.offset()), at);
            assertThat(at).as("where %s is explained", instruction).isPositive();
            int next = text.indexOf("\n\n", at);
            String explained = text.substring(at, next);
            assertThat(explained).contains(instruction.reason(), rules.path(instruction.rule()));
            if (instruction.rule().matches("preserved.*: .*|.* = .*")) {
                assertThat(explained).contains("[" + instruction.rule() + "]");
            }
            assertThat(explained
                            .lines()
                            .filter(line -> line.matches(" +([0-9a-f]{2} )+ +\\w+.*"))
                            .flatMap(line ->
                                    line.strip().replaceFirst("  .*", "").lines())
                            .reduce("", (a, b) -> a + b.replace(" ", "")))
                    .as("bytes of %s, field by field", instruction)
                    .isEqualTo(HexFormat.of().formatHex(instruction.bytes()));
        }
    }

    @Test
    void drawsBothStacksOfMcall() {
        String text = type("C.UTF-8", "explain mcall --abi win64");
        assertThat(text)
                .contains(
                        "entry + 0x8  │ shadow space, 32 bytes │",
                        "entry        │ return address         │ ◄ rsp",
                        "In fn, which step 50 calls",
                        "aligned - 0x20 │ shadow space, 32 bytes       │",
                        "aligned - 0x28 │ return address (+0x13d)      │ ◄ rsp",
                        "+0x0   │ sp                   │ ← entry + 0x8 ",
                        "aligned = g0.sp, rounded down to a multiple of 16");
    }

    @ParameterizedTest
    @EnumSource
    void keepsToAsciiWhereTheLocaleKnowsNoMore(Primitive primitive) {
        String line = "explain " + primitive.symbol() + " --abi win64 --save-set avx512";
        assertThat(type("C", line)).matches("\\A\\p{ASCII}*\\z").contains("+---");
        assertThat(type("C", line + " --step 3")).matches("\\A\\p{ASCII}*\\z");
        assertThat(type("de_DE.UTF-8", line)).contains("┌─").doesNotContain("+---");
    }

    @Test
    void fitsATerminal() {
        for (Abi abi : Abi.builtIn()) {
            for (Primitive primitive : Primitive.values()) {
                String line = "explain " + primitive.symbol() + " --save-set avx512+x87 --abi " + abi.name();
                assertThat(type("C.UTF-8", line).lines())
                        .as(line)
                        .allSatisfy(l -> assertThat(l.length()).isLessThanOrEqualTo(120));
            }
        }
    }

    @Test
    void saysWhatItDoesNotFollow() {
        String note = "(what it does to values is not followed)";
        assertThat(type("C.UTF-8", "explain async_preempt --save-set avx")).containsOnlyOnce(note);
        assertThat(type("C.UTF-8", "explain async_preempt --save-set sse+x87")).doesNotContain(note);
    }

    @Test
    void showsOneStepWithTheStacksBeforeAndAfterIt() {
        assertThat(type("C.UTF-8", "explain systemstack --step 1"))
                .contains(
                        "   1  push rbp   at 0x0\n",
                        "[entry - 0x8] ← caller's rbp · rsp ← entry - 0x8\n",
                        "the goroutine's stack, before",
                        "the goroutine's stack, after",
                        "g0's stack, before and after")
                .doesNotContain("mov rbp, rsp");
    }

    @Test
    void namesTheStepsThereAre() {
        for (int step : new int[] {0, 13}) {
            Ending ending = new Session().type("explain systemstack --step " + step);
            assertThat(ending.exit()).isEqualTo(2);
            assertThat(ending.out()).isEmpty();
            assertThat(ending.err())
                    .isEqualTo("trapeze: --step is " + step
                            + ", and systemstack for ABI 'sysv' has steps 1 to 12. Name one of them.\n");
        }
    }

    @Test
    void writesJsonWithTheBitsOfEachField() throws JsonParserException {
        JsonObject json = JsonParser.object().from(type("C", "explain async_preempt --save-set avx512 --json"));
        CodeBlob blob = Primitive.ASYNC_PREEMPT.emit(Abi.SYSTEM_V, SaveSet.AVX512);
        assertThat(json.getInt("bytes")).isEqualTo(blob.size());
        assertThat(json.getString("saveSet")).isEqualTo("avx512");
        JsonArray steps = json.getArray("steps");
        StringBuilder all = new StringBuilder();
        for (Object step : steps) {
            for (Object field : ((JsonObject) step).getArray("fields")) {
                all.append(((JsonObject) field).getString("bytes"));
            }
        }
        assertThat(all.toString()).isEqualTo(HexFormat.of().formatHex(blob.bytes()));
        assertThat(json.getArray("moments")).hasSize(3);
    }

    @Test
    void writesATableInMarkdown() {
        String page = type("C", "explain mcall --markdown");
        assertThat(page.lines().filter(line -> line.matches("\\| \\d+ \\| 0x.*")))
                .hasSize(19);
        assertThat(page)
                .startsWith("# `mcall`, ABI sysv\n")
                .contains("## On entry\n\n```text\nthe goroutine's stack", "| `mov rbx, rsi` |");
    }

    @Test
    void takesOneAppearanceAtATime() {
        Ending ending = new Session().type("explain gogo --json --markdown");
        assertThat(ending.exit()).isEqualTo(2);
        assertThat(ending.err())
                .startsWith("trapeze: --json, --markdown are mutually exclusive (specify only one). ")
                .hasLineCount(1);
    }

    @Test
    void usesColourOnATerminalAndShowsTheSame() {
        String coloured = new Session()
                .onTerminal()
                .having("LANG", "C.UTF-8")
                .type("explain mcall --abi win64")
                .out();
        assertThat(coloured).contains("\u001b[36m", "\u001b[33m");
        assertThat(coloured.replaceAll("\u001b\\[[0-9;]*m", "").replaceAll(" +\n", "\n"))
                .isEqualTo(type("C.UTF-8", "explain mcall --abi win64"));
    }

    @Test
    void worksWhereNoCodeCouldRun() {
        String here = new Session().type("explain systemstack").out();
        assertThat(ForeignHost.MAC.run(
                        () -> new Session().type("explain systemstack").out()))
                .isEqualTo(here);
    }
}
