// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.trapeze.lab.text.JavaProcess;
import io.trapeze.runtime.os.Platform;
import io.trapeze.trampolines.Primitive;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

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
    void leavesACaseAsAProgramThatShowsTheSameInGdb() throws Exception {
        Path source = Files.writeString(
                folder.resolve("crash.s"), ".globl crash\ncrash:\n xor eax, eax\n mov rax, [rax + 16]\n ret\n");
        Path program = folder.resolve("crash.elf");
        Session.Ending ending = new Session().run("check", source.toString(), "--keep", program.toString());
        assertThat(ending.exit()).isEqualTo(1);
        assertThat(ending.out())
                .contains("SIGSEGV at crash+0x2: mov rax, qword ptr [rax + 0x10], address 0x10")
                .contains("gdb -ex 'break crash' -ex run " + program);
        assertNoted(ending.out(), "check " + source);
        Process alone = new ProcessBuilder(program.toString()).start();
        assertThat(alone.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(alone.exitValue()).as("SIGSEGV").isEqualTo(128 + 11);
        Workshop.assumeTools("gdb");
        Files.writeString(
                folder.resolve("commands"), "break crash\nrun\ncontinue\nx/i $pc\ninfo symbol arrival\nkill\n");
        assertThat(new Workshop(folder).run("gdb -nx -batch -x commands crash.elf"))
                .contains("Breakpoint 1, ", "Program received signal SIGSEGV", "arrival in section .text.capsule")
                .containsPattern("<crash\\+2>:\\s+mov +0x10\\(%rax\\),%rax");
    }

    @Test
    void keepsNothingIfNothingIsWrong() {
        Path program = folder.resolve("mcall.elf");
        assertThat(new Session()
                        .run("check", "mcall", "--tries", "2", "--keep", program.toString())
                        .exit())
                .isZero();
        assertThat(program).doesNotExist();
    }

    @Test
    void printsVerdictsAsJson() throws IOException {
        Session.Ending ending = new Session().type("check mcall --omit rbx --tries 20 --json");
        assertThat(ending.exit()).isEqualTo(1);
        assertThat(ending.out())
                .contains("\"subject\": \"mcall of sysv\"", "\"ending\": \"different\"", "\"register\": \"rbx\"")
                .contains("\"rule\": \"preserved.general: rbx\"", "\"command\": \"trapeze check mcall --omit rbx");
        Matcher noted = Pattern.compile("\"noted\": \"([^\"]+)\"").matcher(ending.out());
        assertThat(noted.find()).isTrue();
        Files.delete(Path.of(noted.group(1)));
    }

    @ParameterizedTest
    @EnumSource(Primitive.class)
    void checksThePrimitivesAsTheTextThatTheyAreEmittedAs(Primitive primitive) throws IOException {
        String name = primitive.symbol();
        String text = new Session().type("emit " + name + " --format gas").out();
        Path file = Files.writeString(folder.resolve("right.s"), text);
        Session.Ending ending = new Session().run("check", file.toString(), "--role", name, "--tries", "20");
        assertThat(ending.out()).startsWith("ok    " + name + " of sysv").endsWith(", 20 tries\n");
        assertThat(ending.exit()).isZero();
    }

    @Test
    void checksTextThatIsToBeAPrimitive() throws IOException {
        String right = new Session().type("emit gogo --format gas").out();
        Path file = folder.resolve("gogo.s");
        Files.writeString(file, right.replaceFirst("mov +r14, qword ptr.*", "nop"));
        Session.Ending ending = new Session().run("check", file.toString(), "--role", "gogo", "--tries", "20");
        assertThat(ending.exit()).isEqualTo(1);
        assertThat(ending.out()).contains("after gogo, r14", "preserved.general: r14");
        assertNoted(ending.out(), "--role gogo");
    }

    @Test
    void checksAllPrimitivesOfAnAbiFile() {
        Session.Ending ending = new Session().type("check ../docs/examples/abi/mine.toml --tries 10");
        assertThat(ending.out().lines()).hasSize(4).allMatch(line -> line.matches("ok +\\w+ of mine.*, 10 tries"));
        assertThat(ending.exit()).isZero();
    }

    @Test
    void playsSequencesThroughAllPrimitives() {
        Session.Ending right = new Session().type("check sequences --abi win64 --tries 20");
        assertThat(right.out()).isEqualTo("ok    sequences of win64, sse, 20 tries\n");
        assertThat(right.exit()).isZero();
        Path program = folder.resolve("sequence.elf");
        Session.Ending wrong = new Session().run("check", "sequences", "--omit", "r12", "--keep", program.toString());
        assertThat(wrong.exit()).isEqualTo(1);
        assertThat(wrong.out())
                .contains("where     step 1, yield, r12", "rule      preserved.general: r12", "steps     yield\n");
        assertThat(program).isExecutable();
        assertThat(new Session().type("check sequences --omit r12 --json").out())
                .contains("\"steps\": [\"yield\"]");
    }

    @Test
    void checksABridgeBetweenTwoConventions() {
        Session.Ending ending = new Session().type("check bridge --abi win64 --to sysv --tries 20");
        assertThat(ending.out()).isEqualTo("ok    bridge to sysv by the rules of win64, 20 tries\n");
        assertThat(ending.exit()).isZero();
        Session.Ending typo = new Session().run("check", "bridge", "--signature", "i64 f65 -> i64");
        assertThat(typo.exit()).isEqualTo(2);
        assertThat(typo.err()).contains("'f65' is no type: write one of [i64, f32, f64]");
    }

    @ParameterizedTest
    @CsvSource({"sysv, win64, 24, 25", "win64, sysv, 30, 31"})
    void refusesABridgeWithMoreOnTheStackThanItSees(String from, String to, int most, int tooMany) {
        String[] command = {"check", "bridge", "--abi", from, "--to", to, "--tries", "3", "--signature", ""};
        command[command.length - 1] = "i64 ".repeat(most) + "-> i64";
        assertThat(new Session().run(command).out()).startsWith("ok ");
        command[command.length - 1] = "i64 ".repeat(tooMany) + "-> i64";
        Session.Ending ending = new Session().run(command);
        assertThat(ending.exit()).isEqualTo(2);
        assertThat(ending.out()).isEmpty();
        assertThat(ending.err())
                .contains("can't check a bridge to " + to + " with " + tooMany + " arguments")
                .contains("24 at most. Check it with fewer arguments.");
    }

    @ParameterizedTest
    @CsvSource({
        "mcall --to win64, --to is not for a primitive",
        "mcall --symbol f, --symbol is not for a primitive",
        "sequences --role gogo, --role is not for sequences",
        "bridge --omit r12, --omit is not for a bridge",
        "f.s --signature i64, --signature is not for a source",
        "f.s --save-set sse, --save-set is not for a callee",
        "f.s --role gogo --save-set avx, --save-set is not for a gogo",
        "mcall --save-set avx, --save-set is not for mcall",
        "async_preempt --omit r12, '--omit is not for async_preempt here, which stays the same'",
        "f.s --role gogo --symbol f, --symbol is not for a primitive",
    })
    void refusesOptionsOfNoEffect(String arguments, String complaint) {
        Session.Ending ending = new Session().type("check " + arguments);
        assertThat(ending.exit()).isEqualTo(2);
        assertThat(ending.err()).contains(complaint);
    }

    @ParameterizedTest
    @CsvSource({
        "'', '', no code in it",
        "'# nothing yet\n', '', no code in it",
        "'f:\n', '', no code in it",
        "'', --role gogo, no code in it",
        "'ret\n.globl f\nf:\n', '', no code at 'f'",
        "'ret\n.globl gogo\ngogo:\n', --role gogo, no code at 'gogo'",
    })
    void refusesASourceWithoutCode(String source, String options, String complaint) throws IOException {
        Path file = Files.writeString(folder.resolve("empty.s"), source);
        Session.Ending ending = new Session().type("check " + file + " " + options);
        assertThat(ending.exit()).isEqualTo(2);
        assertThat(ending.out()).isEmpty();
        assertThat(ending.err()).contains(file + " has " + complaint + ". Write a function there");
    }

    @Test
    void refusesWhatItCannotCheck() {
        assertThat(new Session().type("check nothing").exit()).isEqualTo(2);
        assertThat(new Session().type("check mcall --tries 0").exit()).isEqualTo(2);
    }

    /** A terminal sends a signal to all that it has started, and not to Java alone. */
    @ParameterizedTest
    @CsvSource({"INT, 130, mcall", "TERM, 143, mcall", "INT, 130, sequences"})
    void leavesNothingBehindWhenItIsInterrupted(String signal, int exit, String target) throws Exception {
        assumeTrue(heeds(signal), "this process was started with SIG" + signal + " ignored, and so is what it starts");
        Path err = folder.resolve("err");
        Path temporary = Files.createDirectory(folder.resolve("tmp"));
        ProcessBuilder builder = JavaProcess.of(Main.class, List.of("check", target, "--tries", "10000000"));
        builder.command().add(1, "-Djava.io.tmpdir=" + temporary);
        Process check = builder.redirectError(err.toFile()).start();
        try {
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
            List<ProcessHandle> all = List.of();
            while ((all.size() != 3 || !hasTried(temporary)) && System.nanoTime() < end) {
                Thread.sleep(10);
                all = Stream.concat(check.descendants(), Stream.of(check.toHandle()))
                        .toList();
            }
            assertThat(all).as("Java, the capsule and its child").hasSize(3);
            for (ProcessHandle process : all) {
                new ProcessBuilder("kill", "-s", signal, Long.toString(process.pid()))
                        .start()
                        .waitFor();
            }
            assertThat(check.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(Files.readString(err)).isEmpty();
            assertThat(check.exitValue()).isEqualTo(exit);
            assertThat(temporary).isEmptyDirectory();
        } finally {
            check.destroyForcibly();
        }
    }

    /** A shell without job control has what it starts in the background ignore SIGINT, by way of a mask that children inherit. */
    private static boolean heeds(String signal) throws IOException {
        int number = signal.equals("INT") ? 2 : 15;
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("SigIgn:"))
                .map(line -> Long.parseUnsignedLong(line.replace("SigIgn:", "").strip(), 16))
                .noneMatch(ignored -> (ignored >>> number - 1 & 1) != 0);
    }

    private static boolean hasTried(Path temporary) throws IOException {
        try (Stream<Path> files = Files.list(temporary)) {
            Optional<Path> noted = files.filter(
                            file -> file.getFileName().toString().startsWith("trapeze-check-"))
                    .findAny();
            return noted.isPresent() && Files.size(noted.get()) > 0;
        }
    }

    @Test
    void tellsACommandThatAShellTakes() throws Exception {
        Path inside = Files.createDirectory(folder.resolve("it's here; $HOME"));
        Path file = Files.writeString(inside.resolve("f.s"), "xor r12d, r12d\nret\n");
        Session.Ending ending = new Session().run("check", file.toString(), "--tries", "2", "--symbol", "f");
        assertThat(ending.exit()).isEqualTo(1);
        Matcher again = Pattern.compile("again +trapeze (.*)").matcher(ending.out());
        assertThat(again.find()).isTrue();
        Process shell = new ProcessBuilder("sh", "-c", "printf '%s\\n' " + again.group(1)).start();
        assertThat(new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines())
                .containsExactly("check", file.toString(), "--tries", "2", "--symbol", "f");
        assertNoted(ending.out(), again.group(1));
    }

    @Test
    void tellsTheVerdictEvenIfTheCaseCannotBeKept() throws IOException {
        assumeTrue(Files.exists(Path.of("/dev/full")), "this system has no /dev/full");
        Session.Ending ending = new Session().type("check mcall --omit r13 --tries 20 --keep /dev/full");
        assertThat(ending.exit()).isEqualTo(1);
        assertThat(ending.out()).contains("saved by mcall, r13");
        assertThat(ending.err()).contains("can't write /dev/full: ", ". Name another file with --keep.");
        assertNoted(ending.out(), "--keep /dev/full");
    }

    @Test
    void refusesToKeepACaseWhereNoFileCanBe() {
        for (Path file : List.of(folder, folder.resolve("missing/k.elf"))) {
            Session.Ending ending = new Session().type("check mcall --tries 2 --keep " + file);
            assertThat(ending.exit()).isEqualTo(2);
            assertThat(ending.out()).isEmpty();
            assertThat(ending.err()).contains("can't write " + file + ": ", ". Name another file with --keep.");
        }
    }

    private static void assertNoted(String out, String command) throws IOException {
        Matcher noted = NOTED.matcher(out);
        assertThat(noted.find()).isTrue();
        Path file = Path.of(noted.group(1));
        assertThat(Files.readString(file)).startsWith("case ").contains(command);
        Files.delete(file);
    }
}
