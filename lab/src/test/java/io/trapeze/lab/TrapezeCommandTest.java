// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapeze.lab.Session.Ending;
import io.trapeze.trampolines.abi.AbiException;
import io.trapeze.trampolines.abi.AbiField;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("The command line")
class TrapezeCommandTest {
    private static final String ESCAPE = "\u001b[";

    @Test
    void helpsAndNamesEveryCommandAndStatus() {
        Ending ending = new Session().type("--help");
        assertThat(ending.exit()).isZero();
        assertThat(ending.out())
                .contains("Usage: trapeze", "  run ", "  emit ", "  doctor ", "Exit status:", "  3  ", "--color");
        assertThat(ending.err()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"run", "emit", "explain", "diff", "layout", "doctor", "bench", "bench switch"})
    void helpsWithEachCommand(String command) {
        Ending ending = new Session().type(command + " --help");
        assertThat(ending.exit()).isZero();
        assertThat(ending.out()).contains("Usage: trapeze " + command, "--color", "--verbose", "Exit status:");
    }

    @ParameterizedTest
    @CsvSource({"emit", "explain", "diff", "layout"})
    void saysThatAFileMayDescribeAnAbi(String command) {
        assertThat(new Session().type(command + " --help").out().replaceAll("\\s+", " "))
                .contains("or a file (docs/abi-files.md)");
    }

    @ParameterizedTest
    @CsvSource({"help, --help", "help emit, emit --help", "help bench switch, bench switch --help"})
    void helpsAsACommandToo(String typed, String same) {
        Ending ending = new Session().type(typed);
        assertThat(ending).usingRecursiveComparison().isEqualTo(new Session().type(same));
        assertThat(ending.exit()).isZero();
    }

    @Test
    void showsWhatWouldCommandTheTerminal() {
        assertThat(new Session()
                        .run("emit", "gogo", "--abi", "a\u001b[31m\rb\u202e")
                        .err())
                .startsWith("trapeze: unknown ABI 'a\\u001b[31m\\u000db\\u202e'. Choose sysv");
    }

    @Test
    void tellsItsVersionAndThatOfJava() {
        assertThat(new Session().type("--version").out())
                .startsWith("trapeze ")
                .contains(Runtime.version().toString());
    }

    @Test
    void withoutACommandShowsThemAsWrongUsage() {
        Ending ending = new Session().type("");
        assertThat(ending.exit()).isEqualTo(2);
        assertThat(ending.out()).isEmpty();
        assertThat(ending.err())
                .contains("Usage: trapeze")
                .endsWith("trapeze: no command given. Choose one of those above.\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "rnu                      | trapeze: unknown command 'rnu'. Did you mean run? Choose ",
                "frobnicate               | trapeze: unknown command 'frobnicate'. Choose run",
                "help emti                | trapeze: unknown command 'emti'. Did you mean emit? Choose run",
                "bench swich              | trapeze: unknown command 'swich'. Did you mean switch? Choose switch, start, emit or parked. `trapeze bench --help`",
                "emit mcal                | trapeze: unknown primitive 'mcal'. Did you mean mcall? Choose gogo, mcall, systemstack, async_preempt or all.",
                "emit MCALL               | trapeze: unknown primitive 'MCALL'. Did you mean mcall?",
                "emit async               | trapeze: unknown primitive 'async'. Did you mean async_preempt?",
                "explain all              | trapeze: unknown primitive 'all'. Choose gogo, mcall, systemstack or async_preempt.",
                "explain                  | trapeze: missing PRIMITIVE. Choose gogo, mcall, systemstack or async_preempt. `trapeze explain --help`",
                "diff sysv                | trapeze: missing B. Choose sysv, win64, seed-sysv, seed-win64, go, preserve-all, preserve-none, stack-args, vectorcall or sysv-noredzone. `trapeze diff --help`",
                "diff sysv win65          | trapeze: unknown ABI 'win65'. Did you mean win64?",
                "layout win64             | trapeze: unexpected argument 'win64'. `trapeze layout --help`",
                "emit                     | trapeze: missing PRIMITIVE. Choose gogo, mcall, systemstack, async_preempt or all. `trapeze emit --help`",
                "doctor mcall             | trapeze: unexpected argument 'mcall'. `trapeze doctor --help`",
                "emit gogo --abi win32    | trapeze: unknown ABI 'win32'. Choose sysv, win64, seed-sysv, seed-win64, go, preserve-all, preserve-none, stack-args, vectorcall or sysv-noredzone.",
                "emit gogo --abi sysV     | trapeze: unknown ABI 'sysV'. Did you mean sysv?",
                "emit gogo --abi          | trapeze: missing required parameter for option '--abi' (ABI). ",
                "emit gogo --format jsn   | trapeze: unknown format 'jsn'. Did you mean json? Choose listing, hex, bin, json, elf, gas, nasm or c-header.",
                "emit gogo --save-set axv | trapeze: unknown save set 'axv'. Did you mean avx? Choose sse, avx, avx512, sse+x87, avx+x87, avx512+x87, auto or auto+x87.",
                "emit gogo --fromat hex   | trapeze: unknown option '--fromat'. Did you mean --format? `trapeze emit --help`",
                "emit --fromat hex gogo   | trapeze: unknown option '--fromat'. Did you mean --format? `trapeze emit --help`",
                "explain --setp 3 gogo    | trapeze: unknown option '--setp'. Did you mean --step? `trapeze explain --help`",
                "diff --exit sysv no.toml | trapeze: unknown option '--exit'. Did you mean --exit-code? `trapeze diff --help`",
                "emit gogo --color=blue   | trapeze: unknown colour mode 'blue'. Choose auto, always or never.",
            })
    void refusesWhatItDoesNotKnowAndSaysWhatItDoes(String line, String message) {
        Ending ending = new Session().type(line);
        assertThat(ending.err()).startsWith(message.strip()).hasLineCount(1);
        assertThat(ending.exit()).isEqualTo(2);
        assertThat(ending.out()).isEmpty();
    }

    @Test
    void showsTheStackTraceOfAnErrorOnRequestOnly() {
        String trace = "\tat ";
        assertThat(new Session().type("emit nothing").err()).doesNotContain(trace);
        assertThat(new Session().type("emit nothing --verbose").err()).contains(trace);
        assertThat(new Session()
                        .having("TRAPEZE_DEBUG", "1")
                        .type("emit nothing")
                        .err())
                .contains(trace);
        assertThat(new Session()
                        .having("TRAPEZE_DEBUG", "0")
                        .type("emit nothing")
                        .err())
                .doesNotContain(trace);
    }

    @Test
    void usesColourOnATerminalUnlessToldOtherwise() {
        assertThat(new Session().type("--help").out()).doesNotContain(ESCAPE);
        assertThat(new Session().onTerminal().type("--help").out()).contains(ESCAPE);
        assertThat(new Session()
                        .onTerminal()
                        .having("NO_COLOR", "1")
                        .type("--help")
                        .out())
                .doesNotContain(ESCAPE);
        assertThat(new Session()
                        .onTerminal()
                        .having("TERM", "dumb")
                        .type("--help")
                        .out())
                .doesNotContain(ESCAPE);
        assertThat(new Session().onTerminal().type("--color=never --help").out())
                .doesNotContain(ESCAPE);
        assertThat(new Session()
                        .having("NO_COLOR", "1")
                        .type("--color=always --help")
                        .out())
                .contains(ESCAPE);
    }

    @Test
    void understandsTheColourOptionBehindTheCommandAsWell() {
        assertThat(new Session().type("emit --help --color=always").out()).contains(ESCAPE);
        assertThat(new Session().onTerminal().type("emit --help --color=never").out())
                .doesNotContain(ESCAPE);
    }

    @Test
    void saysWhatIsWrongWithADescriptionAndNothingElse() {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Shell shell =
                new Shell(InputStream.nullInputStream(), OutputStream.nullOutputStream(), err, false, false, Map.of());
        int exit = Complaint.about(
                new AbiException(AbiField.STACK_SHADOW, 3, "must be a multiple of 8"), new TrapezeCommand(shell));
        assertThat(err.toString(StandardCharsets.UTF_8))
                .isEqualTo("trapeze: stack.shadow = 3: must be a multiple of 8.\n");
        assertThat(exit).isEqualTo(2);
    }

    @Test
    void saysWhenItsOutputCannotBeWritten() {
        Ending ending = writingFailsWith("No space left on device");
        assertThat(ending.err()).startsWith("trapeze: can't write to standard output: No space left on device. ");
        assertThat(ending.exit()).isEqualTo(1);
    }

    @Test
    void isSilentWhenItsReaderHasSeenEnough() {
        Ending ending = writingFailsWith("Broken pipe");
        assertThat(ending.err()).isEmpty();
        assertThat(ending.exit()).isZero();
    }

    private static Ending writingFailsWith(String reason) {
        OutputStream full = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException(reason);
            }
        };
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int exit = TrapezeCommand.commandLine(
                        new Shell(InputStream.nullInputStream(), full, err, false, false, Map.of()),
                        Repertoire.shipped())
                .execute("emit", "mcall");
        return new Ending(exit, new byte[0], err.toString(StandardCharsets.UTF_8));
    }
}
