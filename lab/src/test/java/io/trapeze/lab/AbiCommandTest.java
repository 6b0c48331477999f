// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import static io.trapeze.emitter.operand.Registers.*;
import static org.assertj.core.api.Assertions.assertThat;

import com.grack.nanojson.JsonArray;
import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import com.grack.nanojson.JsonParserException;
import io.trapeze.lab.Session.Ending;
import io.trapeze.trampolines.Primitive;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.file.AbiFile;
import io.trapeze.trampolines.abi.file.AbiText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("trapeze abi")
class AbiCommandTest {
    @TempDir
    Path folder;

    private String write(String name, String... lines) throws IOException {
        return Files.writeString(folder.resolve(name), String.join("\n", lines) + "\n")
                .toString();
    }

    private String mine() throws IOException {
        return write("mine.toml", "extends = 'sysv'", "[preserved]", "general = ['r10', 'r12', 'r13', 'r14', 'r15']");
    }

    @Test
    void saysWhatIsWrongWithAFileWhereverOneIsNamed() throws IOException {
        String wrong = write("wrong.toml", "extends = 'sysv'", "[preserved]", "general = ['r99']", "rbp = 1");
        String problems = wrong + ":3:12: preserved.general: unknown general register \"r99\". Did you mean r9?\n"
                + wrong + ":4:1: preserved.rbp must be true or false.\n";
        String complaint = "trapeze: 2 things are wrong with an ABI file.\n" + problems;
        for (String command :
                new String[] {"emit mcall --abi ", "abi show ", "abi show sysv --diff ", "abi new x.toml --extends "}) {
            Ending ending = new Session().type(command + wrong);
            assertThat(ending.exit()).as(command).isEqualTo(2);
            assertThat(ending.err()).as(command).isEqualTo(complaint);
            assertThat(ending.out()).as(command).isEmpty();
        }
        Ending check = new Session().type("abi check " + wrong);
        assertThat(check).isEqualTo(new Ending(1, check.bytes(), ""));
        assertThat(check.out()).isEqualTo(problems);
        assertThat(new Session()
                        .type("emit mcall --abi " + folder.resolve("no.toml"))
                        .err())
                .isEqualTo(
                        "trapeze: an ABI file is wrong.\n" + folder.resolve("no.toml") + ": there is no such file.\n");
    }

    @Test
    void tellsInJsonWhatIsWrong() throws IOException, JsonParserException {
        String wrong = write("wrong.toml", "extends = 'sysv'", "[stack]", "alignment = 24");
        JsonArray found = JsonParser.array()
                .from(new Session()
                        .type("abi check --json " + wrong + " " + mine())
                        .out());
        JsonObject problem = found.getObject(0).getArray("problems").getObject(0);
        assertThat(problem.getInt("line")).isEqualTo(3);
        assertThat(problem.getInt("column")).isEqualTo(1);
        assertThat(problem.getString("reason")).startsWith("stack.alignment = 24: must be a power of two");
        assertThat(found.getObject(1).getString("abi")).isEqualTo("mine");
        assertThat(found.getObject(1).getArray("problems")).isEmpty();
    }

    @Test
    void tellsOfASoundFileThatLeavesAPrimitiveNoScratchRegister() throws IOException {
        String full = write("full.toml", "extends = 'preserve-all'", "[calls]", "zero = ['r11']");
        Ending ending = new Session().type("abi check " + full);
        assertThat(ending.exit()).isEqualTo(1);
        assertThat(ending.out())
                .contains(full + ": mcall can't be written: preserved.general: ABI 'full' leaves 0 of the ");
        Ending sound = new Session().type("abi check " + mine());
        assertThat(sound).isEqualTo(new Ending(0, sound.bytes(), ""));
        assertThat(sound.out()).endsWith("mine.toml: ABI mine is sound; all primitives can be written\n");
    }

    @Test
    void asksForMoreIfNothingIsNamed() {
        Ending ending = new Session().type("abi");
        assertThat(ending.exit()).isEqualTo(2);
        assertThat(ending.err()).contains("list", "show", "check", "new").endsWith("Choose one of those above.\n");
        assertThat(new Session().type("abi show sisv").err())
                .startsWith("trapeze: unknown ABI 'sisv'. Did you mean sysv? Choose sysv, win64,");
        assertThat(new Session().type("abi show sysv --diff").err())
                .isEqualTo("trapeze: 'sysv' extends nothing, so there is nothing it differs from."
                        + " Name what to hold it against, as in --diff sysv.\n");
    }

    @Test
    void beginsAFileThatIsItsBaseAndOverwritesNone() throws IOException {
        Path file = folder.resolve("fresh.toml");
        Ending fresh = new Session().run("abi", "new", file.toString(), "--extends", "win64");
        assertThat(fresh).isEqualTo(new Ending(0, fresh.bytes(), ""));
        assertThat(fresh.bytes()).isEmpty();
        assertThat(AbiFile.read(file).abi()).isEqualTo(Abi.WIN64.named("fresh"));

        Files.writeString(file, "mine");
        Ending refused = new Session().run("abi", "new", file.toString());
        assertThat(refused.exit()).isEqualTo(1);
        assertThat(refused.err())
                .isEqualTo(
                        "trapeze: there is a " + file + " already. Name another file, or overwrite it with --force.\n");
        assertThat(file).hasContent("mine");
        assertThat(new Session().run("abi", "new", file.toString(), "--force").exit())
                .isZero();
        assertThat(AbiFile.read(file).abi()).isEqualTo(Abi.SYSTEM_V.named("fresh"));

        Ending other = new Session().run("abi", "new", folder.resolve("fresh").toString());
        assertThat(other.exit()).isEqualTo(2);
        assertThat(other.err()).contains("does not end in .toml");
    }

    @Test
    void beginsAFileOverAnotherThatIsNamedFromElsewhere() throws IOException {
        Files.createDirectory(folder.resolve("sub"));
        Path file = folder.resolve("sub").resolve("fresh.toml");
        assertThat(new Session()
                        .run("abi", "new", file.toString(), "--extends", mine())
                        .err())
                .isEmpty();
        assertThat(file).content().contains("extends = \"../mine.toml\"\n");
        assertThat(AbiFile.read(file).abi())
                .isEqualTo(AbiFile.read(Path.of(mine())).abi().named("fresh"));
    }

    @Test
    void showsAnAbiAsAFileOrByWhatDiffers() throws IOException, JsonParserException {
        for (Abi abi : Abi.builtIn()) {
            assertThat(new Session().type("abi show " + abi.name()).out()).isEqualTo(AbiText.complete(abi));
            JsonObject json = JsonParser.object()
                    .from(new Session().type("abi show --json " + abi.name()).out());
            assertThat(json.getObject("stack").getInt("alignment"))
                    .isEqualTo(abi.stack().alignment());
        }
        assertThat(new Session().type("abi show " + mine() + " --diff").out())
                .isEqualTo("extends = \"sysv\"\nname = \"mine\"\n\n[preserved]\n"
                        + "general = [\"r10\", \"r12\", \"r13\", \"r14\", \"r15\"]\n");
        assertThat(new Session().type("abi show sysv-noredzone --diff sysv").out())
                .isEqualTo(
                        "extends = \"sysv\"\nname = \"sysv-noredzone\"\n\n[stack]\nred_zone = 0\ninterrupt_skip = 0\n");
    }

    @Test
    void listsTheBuiltInOnes() throws JsonParserException {
        assertThat(new Session().type("abi list").out())
                .contains(Abi.builtIn().stream().map(Abi::name).toList());
        JsonArray rows =
                JsonParser.array().from(new Session().type("abi list --json").out());
        assertThat(rows).hasSameSizeAs(Abi.builtIn());
    }

    @Test
    void emitsForAFileAndForgetsWhatItPreserves() throws IOException {
        Abi abi = Abi.SYSTEM_V.named("mine").preserving(r10, r12, r13, r14, r15);
        String out = new Session().type("emit mcall --abi " + mine()).out();
        assertThat(out)
                .startsWith("; mcall, ABI mine, ")
                .endsWith(Primitive.MCALL.emit(abi, SaveSet.SSE).listing())
                .contains("mov qword ptr [rsi + 0x38], r10")
                .doesNotContain("rbx");
        assertThat(new Session().type("emit mcall --omit r10 --abi " + mine()).out())
                .startsWith("; mcall, ABI mine, omitting r10 on purpose, ")
                .doesNotContain("mov qword ptr [rsi + 0x38], r10");
    }

    @Test
    void aNameStaysWithinTheCommentsOfWhatIsWritten() throws IOException {
        Path file = Files.writeString(folder.resolve("mine.toml"), "extends = 'sysv'\nname = '*/ int x; /*'\n");
        String header = new Session()
                .run("emit", "gogo", "--format", "c-header", "--abi", file.toString())
                .out();
        assertThat(header).startsWith("/* Context-switch primitives for ABI * / int x; / *: layouts in bytes");
        for (String name : new String[] {"a\\nb", "x".repeat(61)}) {
            Files.writeString(file, "extends = 'sysv'\nname = \"" + name + "\"\n");
            Ending ending = new Session().run("emit", "gogo", "--abi", file.toString());
            assertThat(ending.err())
                    .contains(
                            "mine.toml:2:1: name must be a text in quotes: one line of up to 60 characters, all of them to be seen.");
            assertThat(ending.exit()).isEqualTo(2);
        }
        Path odd = Files.writeString(folder.resolve("a\nb.toml"), "extends = 'sysv'\n");
        assertThat(new Session().run("emit", "gogo", "--abi", odd.toString()).out())
                .startsWith("; gogo, ABI a_b, 40 bytes\n");
    }
}
