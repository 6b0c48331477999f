// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.grack.nanojson.JsonArray;
import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import com.grack.nanojson.JsonParserException;
import io.trapeze.emitter.CodeBlob;
import io.trapeze.lab.Session.Ending;
import io.trapeze.runtime.host.Host;
import io.trapeze.runtime.os.Platform;
import io.trapeze.trampolines.Primitive;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("trapeze emit")
class EmitCommandTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource
    void writesTheListingOfEachPrimitive(Primitive primitive) {
        CodeBlob blob = primitive.emit(Abi.SYSTEM_V, SaveSet.SSE);
        Ending ending = new Session().run("emit", primitive.symbol());
        assertThat(ending.exit()).isZero();
        assertThat(ending.out())
                .startsWith("; " + primitive.symbol() + ", ABI sysv")
                .contains(blob.size() + " bytes")
                .endsWith(blob.listing());
    }

    @Test
    void writesTheSameBytesInEveryFormat() throws JsonParserException {
        byte[] expected = Primitive.MCALL.emit(Abi.WIN64, SaveSet.SSE).bytes();
        assertThat(new Session().type("emit mcall --abi win64 --format bin").bytes())
                .isEqualTo(expected);

        String hex = new Session().type("emit mcall --abi win64 --format hex").out();
        assertThat(HexFormat.of().parseHex(hex.replace("\n", ""))).isEqualTo(expected);
        assertThat(hex.lines()).allMatch(line -> line.length() <= 32);

        JsonObject json = JsonParser.object()
                .from(new Session().type("emit mcall --abi win64 --format json").out());
        assertThat(HexFormat.of().parseHex(json.getString("bytes"))).isEqualTo(expected);
        assertThat(json.getInt("size")).isEqualTo(expected.length);
    }

    @Test
    void tellsInJsonWhatEachByteBelongsTo() throws JsonParserException {
        JsonObject json = JsonParser.object()
                .from(new Session().type("emit async_preempt --format json").out());
        assertThat(json.getString("name")).isEqualTo("async_preempt");
        assertThat(json.getString("abi")).isEqualTo("sysv");
        assertThat(json.getObject("symbols")).containsEntry("async_preempt", 0);
        JsonObject relocation = json.getArray("relocations").getObject(0);
        assertThat(relocation.getString("symbol")).isEqualTo("async_preempt2");
        assertThat(relocation.getString("kind")).isEqualTo("branch-32");

        JsonArray instructions = json.getArray("instructions");
        int end = 0;
        for (Object element : instructions) {
            JsonObject instruction = (JsonObject) element;
            assertThat(instruction.getInt("offset")).isEqualTo(end);
            assertThat(String.join(
                            "",
                            instruction.getObject("fields").values().stream()
                                    .map(Object::toString)
                                    .toList()))
                    .as("fields of %s", instruction.getString("text"))
                    .isEqualTo(instruction.getString("bytes"));
            end += instruction.getString("bytes").length() / 2;
        }
        assertThat(end).isEqualTo(json.getInt("size"));
        JsonObject last = instructions.getObject(instructions.size() - 1);
        assertThat(last.getString("text")).isEqualTo("ret 0x80");
        assertThat(last.getObject("fields")).containsEntry("opcode", "c2").containsEntry("immediate", "8000");
    }

    @Test
    void savesTheVectorsThatItIsTold() {
        assertThat(new Session().type("emit async_preempt").out())
                .contains("xmm15")
                .doesNotContain("ymm", "zmm");
        assertThat(new Session().type("emit async_preempt --save-set avx").out())
                .contains("ymm15");
        assertThat(new Session().type("emit async_preempt --save-set avx512").out())
                .contains("zmm31", "k7");
    }

    @Test
    void savesTheVectorsThatThisMachineHas() {
        Platform here = Platform.current();
        assumeTrue(here.isX64() && here.isLinux(), "no processor can be asked on " + here.system());
        String widest = SaveSet.widest(Host.detect().cpu().xcr0()).label();
        assertThat(new Session().type("emit async_preempt --save-set auto").out())
                .isEqualTo(new Session()
                        .type("emit async_preempt --save-set " + widest)
                        .out());
        assertThat(new Session().type("emit async_preempt --save-set auto+x87").out())
                .contains("save set " + widest + "+x87", "fnsave");
        assertThat(new Session().type("layout --save-set auto").out())
                .contains("Preemption frame, save set " + widest + ":");
    }

    @Test
    void refusesToOmitWhatNoSwitchSaves() {
        Ending none = new Session().type("emit mcall --omit r99");
        assertThat(none.exit()).isEqualTo(2);
        assertThat(none.err()).startsWith("trapeze: unknown register 'r99'. Choose rbx, r12, r13, r14, r15 or rbp.");
        assertThat(new Session().type("emit mcall --omit rbxx").err()).contains("Did you mean rbx?");

        Ending free = new Session().type("emit mcall --omit rbx,r10");
        assertThat(free.exit()).isEqualTo(2);
        assertThat(free.out()).isEmpty();
        assertThat(free.err())
                .startsWith("trapeze: 'r10' can't be omitted: ABI 'sysv' does not preserve it, so no switch saves it");
    }

    @Test
    void forgetsWhatItIsToldToAndSaysSo() {
        String all = new Session().type("emit mcall").out();
        String lie = new Session().type("emit mcall --omit rbx,r12").out();
        assertThat(all).contains("mov qword ptr [rsi + 0x40], r12").doesNotContain("omitting");
        assertThat(lie)
                .startsWith("; mcall, ABI sysv, omitting rbx, r12 on purpose, ")
                .contains("mov qword ptr [rsi + 0x48], r13")
                .doesNotContain("mov qword ptr [rsi + 0x40], r12", "mov qword ptr [rsi + 0x38], rbx");
    }

    @Test
    void writesNoMachineCodeToATerminal() {
        Ending ending = new Session().onTerminal().type("--color never emit gogo --format bin");
        assertThat(ending.exit()).isEqualTo(2);
        assertThat(ending.bytes()).isEmpty();
        assertThat(ending.err()).startsWith("trapeze: machine code would garble the terminal. Name a file with -o");
    }

    @Test
    void writesAFileInPlaceOfStandardOutput() throws IOException {
        Path file = folder.resolve("gogo.bin");
        Files.writeString(file, "what was there before, and longer than what comes".repeat(10));
        Ending ending = new Session().run("emit", "gogo", "--format", "bin", "-o", file.toString());
        assertThat(ending).isEqualTo(new Ending(0, ending.bytes(), ""));
        assertThat(ending.bytes()).isEmpty();
        assertThat(file)
                .hasBinaryContent(Primitive.GOGO.emit(Abi.SYSTEM_V, SaveSet.SSE).bytes());
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).as("nothing else is left behind").containsExactly(file);
        }
    }

    @Test
    void saysWhyAFileCannotBeWritten() {
        Path nowhere = folder.resolve("missing").resolve("gogo.bin");
        Ending missing = new Session().run("emit", "gogo", "-o", nowhere.toString());
        assertThat(missing.exit()).isEqualTo(1);
        assertThat(missing.err())
                .isEqualTo("trapeze: can't write " + nowhere + ": there is no folder " + nowhere.getParent()
                        + ". Name another file with -o.\n");

        Ending directory = new Session().run("emit", "gogo", "-o", folder.toString());
        assertThat(directory.exit()).isEqualTo(1);
        assertThat(directory.err()).contains(folder + ": it is a folder. ");
    }

    @Test
    void worksWhereNoCodeCouldRun() {
        String here = new Session().type("emit systemstack").out();
        assertThat(ForeignHost.MAC.run(
                        () -> new Session().type("emit systemstack").out()))
                .isEqualTo(here);
    }
}
