// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines.abi.file;

import static io.trapeze.emitter.operand.Registers.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.AbiField;
import io.trapeze.trampolines.abi.GrowthCheck;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("An ABI file")
class AbiFileTest {
    @TempDir
    Path folder;

    private Path write(String name, String... lines) throws IOException {
        return Files.writeString(folder.resolve(name), String.join("\n", lines) + "\n");
    }

    private Abi read(String... lines) throws IOException {
        return AbiFile.read(write("mine.toml", lines)).abi();
    }

    /** What is wrong with a file, without its folder. */
    private String refusal(Path file) {
        return catchThrowableOfType(AbiFileException.class, () -> AbiFile.read(file))
                .getMessage()
                .replace(folder + "/", "");
    }

    private String refusal(String... lines) throws IOException {
        return refusal(write("mine.toml", lines));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "[preserved]; general = ['rbx', 'r99']|3:19: preserved.general: unknown general register \"r99\". Did you mean r9?",
                "[preserved]; general = ['eax']|3:12: preserved.general: \"eax\" can't stand here; this is a list of general registers, as in [\"rdi\", \"rsi\"]. Did you mean rax?",
                "[preserved]; general = ['rbx', 'rbx']|3:19: preserved.general: rbx is listed twice; drop one of the two.",
                "[preserved]; general = ['rsp']|3:12: preserved.general: rsp is preserved by every convention and carries nothing; leave it out.",
                "[preserved]; general = ['rbp']|3:12: preserved.general: rbp has a Gobuf field of its own, say preserved.rbp = true.",
                "[preserved]; general = 'rbx'|3:1: preserved.general must be a list of general registers, as in [\"rdi\", \"rsi\"].",
                "[preserved]; general = [1]|3:12: preserved.general must be a list of general registers, as in [\"rdi\", \"rsi\"].",
                "[preserved]; vectors = ['xmm6/32']|3:12: preserved.vectors: unknown vector register \"xmm6/32\". Did you mean xmm6/64?",
                "[preserved]; vectors = ['xmm6', 'ymm6']|3:1: preserved.vectors: vector register 6 is listed twice; drop one of the two.",
                "[preserved]; rbp = 'yes'|3:1: preserved.rbp must be true or false.",
                "[preserved]; general = ['rbx', 'rdi']|3:19: arguments.integer: rdi is preserved as well, and a register cannot be both; drop it from one of the two lists, or say preserved.overlap = true if callees give their arguments back.",
                "[preserved]; genral = []|3:1: unknown key preserved.genral. Did you mean preserved.general?",
                "[preserved]; red_zone = 0|3:1: unknown key preserved.red_zone. Did you mean stack.red_zone?",
                "[preserved]; everything = true|3:1: unknown key preserved.everything. [preserved] has general, rbp, vectors, masks, overlap.",
                "[stak]; red_zone = 0|2:1: unknown key stak. Did you mean stack?",
                "stack = 16|2:1: stack is a table; begin it with a line [stack], and write its keys below.",
                "general = []|2:1: unknown key general. Did you mean preserved.general?",
                "[stack]; alignment = 24|3:1: stack.alignment = 24: must be a power of two: 8, 16, 32 or 64.",
                "[stack]; alignment = 16.0|3:1: stack.alignment must be a number of bytes, as in 128.",
                "[stack]; shadow = 99999999999|3:1: stack.shadow = 99999999999: that is more than any stack holds.",
                "[stack]; red_zone = 200|3:1: stack.interrupt_skip = 128: must be a multiple of 8, at least the red zone (200) and at most 256.",
                "[calls]; direction_flag = 'claer'|3:1: calls.direction_flag = \"claer\": must be \"clear\" or \"unspecified\". Did you mean clear?",
                "[growth]; guard = 16|3:1: growth.guard = 16: the limit is found through the goroutine, but no register is pinned to it; set pinned.g.",
                "[pinned]; g = 'r14'|3:1: pinned.g: r14 is preserved as well, but nobody may change it in the first place; drop it from preserved.general.",
                "[pinned]; g = 'r10'; m = 'r10'|4:1: pinned.m: r10 is pinned to g already, and a register holds one value; choose another.",
                "[thread]; segment = 'ds'|3:1: thread.segment = \"ds\": must be \"gs\", \"fs\" or \"none\". Did you mean gs?",
                "[thread]; segment = 'gs'|3:1: thread.stack_bounds: there is a thread block, but no field of it; drop the block or name its fields.",
                "[thread]; stack_bounds = [{name = 'StackBase', offset = 4}]|3:17: thread.stack_bounds: StackBase at offset 4: must be a multiple of 8, not negative.",
                "[thread]; stack_bounds = [{name = 'StackBase'}]|3:17: thread.stack_bounds must be a list of fields, as in [{ name = \"StackBase\", offset = 0x8 }], with a name and an offset in bytes each.",
                "name = ' '|2:1: name: it is empty; listings and messages call the ABI by it.",
                "[results]; integer = []|3:1: results.integer: it is empty, but systemstack returns its thunk's result; name a volatile register.",
                "extends = 'win64'|2:1: extends stands in line 1 already; keep one of the two.",
                "'stack.red_zone' = 0|2:1: unknown key \"stack.red_zone\". Did you mean stack.red_zone, without quotes?",
                "[stack]; \"red\\u001b[31m\" = 0|3:1: unknown key stack.\"red\\u001b[31m\". [stack] has alignment, shadow, spill, red_zone, interrupt_skip, machine_frames.",
                "name = \"a\\u202Eb\"|2:1: name must be a text in quotes: one line of up to 60 characters, all of them to be seen.",
                "name = \"a\\u2028b\"|2:1: name must be a text in quotes: one line of up to 60 characters, all of them to be seen.",
                "[thread]; segment = 'gs'; stack_bounds = [{name = ' ', offset = 8}]|4:17: thread.stack_bounds: a field's name must be a text in quotes: one line of up to 60 characters, all of them to be seen.",
                "[preserved]; general = [rbx]|3:12: rbx has to stand in quotes: \"rbx\".",
            })
    void tellsThePlaceOfAMistakeAndWhatToWrite(String lines, String problem) throws IOException {
        assertThat(refusal(("extends = 'sysv'; " + lines).split("; "))).isEqualTo("mine.toml:" + problem);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "name = 'mine'", "[stack]; red_zone = 128; interrupt_skip = 128"})
    void thatStartsFromNothingIsToldWhatItCouldStartFrom(String lines) throws IOException {
        assertThat(refusal(lines.split("; ")))
                .startsWith("mine.toml:1:1: results.integer: it is empty")
                .endsWith(", or begin with extends = \"sysv\": this file starts from nothing.");
    }

    @Test
    void mayBeAPipe() throws Exception {
        assumeTrue(Files.exists(Path.of("/dev/stdin")), "this system has no /dev/stdin");
        Process shell = new ProcessBuilder("sh", "-c", "sleep 60 <&0").start();
        try {
            Path pipe = Path.of("/proc/" + shell.pid() + "/fd/0");
            assumeTrue(Files.exists(pipe, LinkOption.NOFOLLOW_LINKS), "this system has no /proc/PID/fd");
            try (OutputStream in = shell.getOutputStream()) {
                in.write("extends = 'win64'".getBytes(StandardCharsets.UTF_8));
            }
            assertThat(AbiFile.read(pipe).abi()).isEqualTo(Abi.WIN64.named("0"));
        } finally {
            shell.descendants().forEach(ProcessHandle::destroy);
            shell.destroy();
        }
    }

    @Test
    void tellsAllThatIsWrongInOneGo() throws IOException {
        assertThat(refusal(
                        "extends = 'sisv'",
                        "name = 1",
                        "[preserved]",
                        "general = ['rbx', 'r16', 'xmm0']",
                        "generel = []",
                        "[stack]",
                        "alignment = true"))
                .isEqualTo("""
                        mine.toml:1:1: unknown ABI "sisv". Did you mean sysv?
                        mine.toml:2:1: name must be a text in quotes.
                        mine.toml:4:19: preserved.general: unknown general register "r16". Did you mean r10?
                        mine.toml:4:26: preserved.general: "xmm0" can't stand here; this is a list of general registers, as in ["rdi", "rsi"].
                        mine.toml:5:1: unknown key preserved.generel. Did you mean preserved.general?
                        mine.toml:7:1: stack.alignment must be a number of bytes, as in 128.""");
        assertThat(refusal("extends = 'sysv'", "[stack]", "alignment = 24", "[growth]", "probe = 100"))
                .as("contradictions of several parts")
                .contains("mine.toml:3:1: stack.alignment = 24", "mine.toml:5:1: growth.probe = 100");
    }

    @Test
    void isRefusedIfWhatItExtendsIsNotThereOrComesBackToIt() throws IOException {
        assertThat(refusal("extends = 'nothing.toml'"))
                .isEqualTo(
                        "mine.toml:1:1: extends \"nothing.toml\": there is no such file (a name is that of a built-in ABI,"
                                + " or of a file beside this one).");
        assertThat(refusal("extends = 1"))
                .isEqualTo("mine.toml:1:1: extends must be the name of a built-in ABI or of a file, in quotes.");
        assertThat(refusal("extends = 'mine.toml'"))
                .contains("mine.toml:1:1: extends \"mine.toml\" leads back to mine.toml;");
        write("a.toml", "extends = 'b.toml'");
        assertThat(refusal(write("b.toml", "# of a", "extends = './a.toml'")))
                .isEqualTo(
                        "a.toml:1:1: extends \"b.toml\" leads back to b.toml; one of the files has to start from something"
                                + " else, as from \"sysv\".");
    }

    @Test
    void showsTheFileThatIsWrongIfItIsTheOneExtended() throws IOException {
        write("base.toml", "extends = 'sysv'", "[stack]", "shadow = 7");
        assertThat(refusal("extends = 'base.toml'", "[preserved]", "rbpp = true"))
                .isEqualTo("""
                        mine.toml:3:1: unknown key preserved.rbpp. Did you mean preserved.rbp?
                        base.toml:3:1: stack.shadow = 7: must be a multiple of 8 in 0 … 128.""");
    }

    @Test
    void isRefusedIfItIsNoText() throws IOException {
        assertThat(refusal(folder.resolve("missing.toml"))).isEqualTo("missing.toml: there is no such file.");
        assertThat(refusal(folder)).endsWith(": it is a folder; name a file.");
        assertThat(refusal(Files.write(folder.resolve("x.toml"), new byte[] {'a', (byte) 0xFF})))
                .isEqualTo("x.toml: it is no text in UTF-8; an ABI file is TOML.");
        assertThat(refusal(Files.write(folder.resolve("x.toml"), new byte[] {'#', 0})))
                .isEqualTo("x.toml: it is no text; an ABI file is TOML.");
        assertThat(refusal("#".repeat(70_000)))
                .isEqualTo("mine.toml: it is too large for an ABI file: more than 65536 bytes.");
        assertThat(refusal("x = " + "[".repeat(60_000)))
                .startsWith("mine.toml:")
                .hasSizeLessThan(1000);
    }

    @Test
    void saysOnlyWhatDiffersFromItsBase() throws IOException {
        Abi mine = read("extends = 'sysv'", "[preserved]", "general = ['r10', 'r12', 'r13', 'r14', 'r15']");
        assertThat(mine).isEqualTo(Abi.SYSTEM_V.named("mine").preserving(r10, r12, r13, r14, r15));
        assertThat(AbiText.difference(mine, Abi.SYSTEM_V, "sysv")).isEqualTo("""
                        extends = "sysv"
                        name = "mine"

                        [preserved]
                        general = ["r10", "r12", "r13", "r14", "r15"]
                        """);
    }

    @Test
    void extendsAFileBesideItWhateverTheFolderOfWhoReadsIt() throws IOException {
        Files.createDirectory(folder.resolve("sub"));
        write("base.toml", "extends = 'win64'", "name = 'the base'", "[stack]", "shadow = 64");
        AbiFile file =
                AbiFile.read(write("sub/mine.toml", "extends = '../base.toml'", "[preserved]", "masks = ['k5']"));
        assertThat(file.base())
                .contains(Abi.WIN64.named("the base").with(Abi.WIN64.stack().withShadow(64)));
        assertThat(file.abi().name()).isEqualTo("mine");
        assertThat(file.abi().stack().shadow()).isEqualTo(64);
        assertThat(file.abi().preserved().masks()).containsExactly(k5);
    }

    @Test
    void takesOneGrowthCheckForAnother() throws IOException {
        assertThat(read("extends = 'go'", "[growth]", "probe = 4096").growth()).isEqualTo(new GrowthCheck.Probe(4096));
        assertThat(read("extends = 'win64'", "[growth]", "guard = 16", "[pinned]", "g = 'r10'")
                        .growth())
                .isEqualTo(new GrowthCheck.Guard(16));
        assertThat(read("extends = 'win64'", "[growth]", "probe = 'none'").growth())
                .isEqualTo(GrowthCheck.NONE);
        assertThat(refusal("extends = 'go'", "[growth]", "guard = 8", "probe = 4096"))
                .startsWith("mine.toml:4:1: growth.probe: growth.guard is set as well");
    }

    @Test
    void dropsTheThreadBlockWithItsSegment() throws IOException {
        assertThat(read("extends = 'win64'", "[thread]", "segment = 'none'").threadBlock())
                .isEmpty();
        assertThat(refusal("extends = 'sysv'", "[thread]", "stack_bounds = [{ name = 'a', offset = 0 }]"))
                .startsWith(
                        "mine.toml:3:1: thread.stack_bounds: there are fields, but thread.segment does not say where");
    }

    @Test
    void mayExtendNothing() throws IOException {
        Abi mine = read("[results]", "integer = ['rax']");
        assertThat(mine.stack().alignment()).isEqualTo(16);
        assertThat(mine.integerArguments()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("io.trapeze.trampolines.abi.Abi#builtIn")
    void ofEachBuiltInReadsBackAndSaysNothingBeyondItself(Abi abi) throws IOException {
        assertThat(AbiFile.read(write("x.toml", AbiText.complete(abi))).abi()).isEqualTo(abi);
        assertThat(AbiText.difference(abi, abi, abi.name()))
                .isEqualTo("extends = \"" + abi.name() + "\"\nname = \"" + abi.name() + "\"\n");
        String template = AbiText.template(abi, abi.name());
        assertThat(AbiFile.read(write("x.toml", template)).abi()).isEqualTo(abi.named("x"));
        assertThat(AbiFile.read(write("x.toml", template.replaceAll("(?m)^# (?=[a-z0-9_]+ = |    \\{|\\])", "")))
                        .abi())
                .as("with every key in force")
                .isEqualTo(abi.named("x"));
        assertThat(template)
                .contains(Arrays.stream(AbiField.values())
                        .filter(field -> field != AbiField.NAME)
                        .map(field -> "# " + field.path().substring(field.path().indexOf('.') + 1) + " = ")
                        .toList());
    }
}
