// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import static org.assertj.core.api.Assertions.assertThat;

import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import com.grack.nanojson.JsonParserException;
import io.trapeze.lab.abi.AbiRules;
import io.trapeze.lab.explain.MemoryLayout;
import io.trapeze.trampolines.CHeader;
import io.trapeze.trampolines.Gobuf;
import io.trapeze.trampolines.PreemptFrame;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("trapeze layout")
class LayoutCommandTest {
    @TempDir
    Path folder;

    private static String type(String line) {
        return new Session().having("LC_ALL", "C.UTF-8").type(line).out();
    }

    @Test
    void namesTheRuleBehindEachFieldOfAGobuf() {
        for (Abi abi : Abi.builtIn()) {
            AbiRules rules = AbiRules.of(abi);
            for (MemoryLayout.Field field : MemoryLayout.of(abi, SaveSet.SSE).gobuf()) {
                if (field.offset() < Gobuf.BP) {
                    assertThat(field.rule()).as(field.name()).isEqualTo("every ABI");
                } else {
                    assertThat(rules.all().stream().map(AbiRules.Rule::text)).contains(field.rule());
                }
                if (field.offset() >= Gobuf.REGISTERS && field.name().matches("r..|xmm.*|Stack.*")) {
                    assertThat(field.rule()).endsWith(": " + field.name());
                }
            }
        }
    }

    /** The offsets are those that a C compiler finds in the structures of the header. */
    @Test
    void hasTheOffsetsThatACompilerFinds() throws Exception {
        Workshop.assumeTools("gcc");
        StringBuilder checks = new StringBuilder();
        for (MemoryLayout.Field field :
                MemoryLayout.of(Abi.WIN64, SaveSet.AVX512).gobuf()) {
            check(checks, "trapeze_gobuf", field);
        }
        for (MemoryLayout.Field field :
                MemoryLayout.of(Abi.WIN64, SaveSet.AVX512).frame()) {
            check(checks, "trapeze_preempt_frame_avx512", field);
        }
        Path source = folder.resolve("layout.c");
        Files.writeString(source, CHeader.of(Abi.WIN64, List.of()) + checks);
        Process gcc = new ProcessBuilder("gcc", "-std=c11", "-fsyntax-only", source.toString())
                .redirectErrorStream(true)
                .start();
        String messages = new String(gcc.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(gcc.waitFor()).as(messages).isZero();
        assertThat(checks.toString().lines()).hasSizeGreaterThan(80);
    }

    private static void check(StringBuilder checks, String structure, MemoryLayout.Field field) {
        String member = field.name().replaceAll("\\W+", "_");
        checks.append("_Static_assert(offsetof(struct %s, %s) == %d && sizeof(((struct %s *)0)->%s) == %d, \"%s\");\n"
                .formatted(structure, member, field.offset(), structure, member, field.size(), member));
    }

    @Test
    void showsTablesAndStacks() {
        assertThat(type("layout --abi win64"))
                .contains(
                        "Gobuf, ABI win64: 344 bytes\n",
                        "    64   0x40     8  rdi                   preserved.general: rdi\n",
                        "Preemption frame, save set sse: 392 bytes and the resume address\n",
                        "entry + 0x28 │ argument 5             │ arguments.integer │\n",
                        "entry + 0x8  │ shadow space, 32 bytes │ stack.shadow      │\n",
                        "On entry to async_preempt2, at most 599 bytes below the interrupted rsp\n");
        assertThat(type("layout"))
                .contains("entry - 0x80 │ red zone, 128 bytes │ stack.red_zone    │\n")
                .doesNotContain("shadow");
        assertThat(type("layout --save-set avx512")).contains("save set avx512: 2248 bytes", "zmm31", "k7");
    }

    @Test
    void writesJsonAndMarkdown() throws JsonParserException {
        JsonObject json = JsonParser.object().from(type("layout --abi win64 --json"));
        assertThat(json.getInt("gobufBytes")).isEqualTo(344);
        assertThat(json.getArray("frame"))
                .hasSize(new PreemptFrame(SaveSet.SSE).rows().size());
        assertThat(type("layout --markdown"))
                .startsWith("# Layouts of ABI sysv\n\n## Gobuf, ABI sysv: 104 bytes\n\n| offset | | size |")
                .contains("| 56 | 0x38 | 8 | rbx | preserved.general: rbx |\n");
    }
}
