// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapeze.lab.Session.Ending;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("trapeze run FILE.s")
class SourceRunTest {
    private static final Path EXAMPLES = Path.of("..", "docs", "examples");

    private static final Map<String, String> PRINTED = Map.of(
            "collatz.s", "6171\n261\n",
            "counter.s", "3000\n",
            "dot_product.s", "120.0\n",
            "fibonacci.s", "0\n1\n1\n2\n3\n5\n8\n13\n21\n34\n55\n89\n144\n233\n377\n",
            "gcd.s", "21\n59569\n",
            "hello.s", "Hello from a goroutine. The answer is 42\n",
            "pair.s", "ping 1\npong 1\nping 2\npong 2\nping 3\npong 3\n",
            "strings.s", "HELLO, STRING INSTRUCTIONS\n5\n");

    private static Ending run(String source, String... options) {
        String[] line = Stream.of(Stream.of("run"), Stream.of(options), Stream.of("-"))
                .flatMap(words -> words)
                .toArray(String[]::new);
        return new Session().reading(source.getBytes(StandardCharsets.UTF_8)).run(line);
    }

    @Test
    void everyExamplePrintsWhatItSays() throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(EXAMPLES)) {
            files = all.filter(file -> file.toString().endsWith(".s")).sorted().toList();
        }
        assertThat(files).extracting(file -> file.getFileName().toString()).hasSameElementsAs(PRINTED.keySet());
        StringBuilder expected = new StringBuilder();
        files.forEach(file -> expected.append(
                "== " + file + "\n" + PRINTED.get(file.getFileName().toString())));
        Ending ending = new Session()
                .run(Stream.concat(Stream.of("run"), files.stream().map(Path::toString))
                        .toArray(String[]::new));
        assertThat(ending.err()).isEmpty();
        assertThat(ending.out()).isEqualTo(expected.toString());
        assertThat(ending.exit()).isZero();
    }

    @Test
    void noCountIsLostAmongCarriersThatPreempt() {
        Ending ending = new Session().type("run --carriers 3 --preempt " + EXAMPLES.resolve("counter.s"));
        assertThat(ending.out()).isEqualTo("3000\n");
    }

    /** 16 times 8 in every register that the page says survives, and the stack. */
    @Test
    void calleeSavedRegistersAndTheStackSurviveYieldAndCallJava() {
        Ending ending = run("""
                .globl a, b
                a: b: mov rbx, rsi; lea rbp, [rsi + 1]; lea r12, [rsi + 2]; lea r13, [rsi + 3]; lea r15, [rsi + 4]
                push rsi; push 5
                yield
                call_java print_char 'x'
                yield
                lea rax, [rbx + rbp]; add rax, r12; add rax, r13; add rax, r15; pop rcx; add rax, rcx; pop rcx; add rax, rcx
                call_java print_int rax
                exit
                """);
        assertThat(ending.err()).isEmpty();
        assertThat(ending.out()).isEqualTo("xx15\n21\n");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '¦',
            value = {
                "mov edi, 7; call_java print_int             ¦ 7",
                "call_java print_int -1                      ¦ -1",
                "mov eax, -5; call_java print_int eax        ¦ -5",
                "mov al, 0x80; call_java print_int al        ¦ -128",
                "push 9; call_java print_int [rsp]           ¦ 9",
                "push -9; call_java print_int dword ptr [rsp] ¦ -9",
                "call_java print_hex -1                      ¦ 0xffffffffffffffff",
                "mov eax, 3; cvtsi2sd xmm3, eax; call_java print_double xmm3 ¦ 3.0",
                "call_java print_char 0x20ac; ret            ¦ €",
                "call_java print_str s, 2; ret; s: .ascii \"ab\" ¦ ab",
                "call_java print_int rdx                     ¦ 1",
                "call_java print_int [rdi + 0xfff8]          ¦ 0",
            })
    void callJavaTakesWhatAMoveTakes(String source, String printed) {
        Ending ending = run(source);
        assertThat(ending.err()).isEmpty();
        assertThat(ending.out().strip()).isEqualTo(printed);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '¦',
            value = {
                "nop; mov rax, [16]         ¦ SIGSEGV: it touched memory that is not there",
                "nop; mov rax, [16]         ¦ , at 'mov rax, qword ptr [0x10]'.",
                "nop; ud2                   ¦ SIGILL: this processor has no such instruction",
                "xor ecx, ecx; div ecx      ¦ SIGFPE: it divided by zero, or the quotient does not fit, at 'div ecx'.",
                "int3                       ¦ SIGTRAP: it ran into a breakpoint",
                "1: push rax; jmp 1b        ¦ is beyond its stack",
                "call_java print_char -4    ¦ the goroutine failed: print_char: -4 is no Unicode character",
                "call_java print_str rdi, -1 ¦ print_str: -1 bytes; it prints 0 to 1048576",
                "nop; mov r14, 1            ¦ 'mov r14, 0x1' at offset 0x1, line 1, writes r14, which holds the goroutine",
                "nop; hlt                   ¦ or is for operating systems only, at 'hlt'",
                "movaps xmm0, [rsp + 1]     ¦ or the instruction wants an aligned address",
                ".extern puts; call puts    ¦ 'puts' is declared .extern, and a goroutine's text finds nothing elsewhere",
                ".globl ready; ready: ret   ¦ defines the symbol 'ready', by which bodies call the scheduler",
                "call_java print_in 1       ¦ behind 'call_java' stands one of: print_char, print_double, print_hex, print_int",
                "call_java print_int 1, 2   ¦ print_int takes 1 operand, or none if [rdi] hold them already; found 2",
                "call_java print_str rax, rdi ¦ operand 2 uses rdi, which an operand before it has just been put into",
                "yield rax                  ¦ yield and exit take no operands",
                "mov [rdi], 1               ¦ say how wide the memory is",
            })
    void whatGoesWrongIsToldAndTheStatusIsOne(String source, String says) {
        Ending ending = run(source);
        assertThat(ending.err()).startsWith("-:").contains("error: ").contains(says);
        assertThat(ending.out()).isEmpty();
        assertThat(ending.exit()).isEqualTo(1);
    }

    @Test
    void aCrashIsToldWithItsLine() {
        assertThat(run("nop\nmov rax, [16]\n").err())
                .startsWith("-:2: error: it was ended by SIGSEGV")
                .endsWith("    2 | mov rax, [16]\n");
    }

    @Test
    void whatWasPrintedBeforeACrashIsThere() {
        Ending ending = run("call_java print_int 1; ud2");
        assertThat(ending.out()).isEqualTo("1\n");
        assertThat(ending.exit()).isEqualTo(1);
    }

    @Test
    void anEndlessLoopIsStopped() {
        Ending ending = run("1: jmp 1b", "--timeout", "1");
        assertThat(ending.err())
                .isEqualTo("-: error: it had not ended after 1 s and was stopped."
                        + " Look for a loop without an end, or allow it more with --timeout.\n");
        assertThat(ending.exit()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Broken pipe             | 0 | ''",
                "No space left on device | 1 | trapeze: can't write to standard output: No space left on device.",
            })
    void endsWhereNobodyTakesWhatItPrints(String reason, int exit, String message) {
        OutputStream full = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException(reason);
            }
        };
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        InputStream source =
                new ByteArrayInputStream("1: call_java print_int 1; jmp 1b".getBytes(StandardCharsets.UTF_8));
        Set<ProcessHandle> before = ProcessHandle.current().children().collect(Collectors.toSet());
        long start = System.nanoTime();
        int status = TrapezeCommand.commandLine(
                        new Shell(source, full, err, false, false, Map.of()), Repertoire.shipped())
                .execute("run", "--timeout", "100", "-");
        assertThat(status).isEqualTo(exit);
        assertThat(err.toString(StandardCharsets.UTF_8)).startsWith(message).hasLineCount(exit);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(90));
        assertThat(ProcessHandle.current().children().filter(ProcessHandle::isAlive))
                .isSubsetOf(before);
    }

    @Test
    void oneThatDoesNotYieldLetsTheOthersRunIfItIsPreempted() {
        String source = ".globl a, b\na: pause; cmp byte ptr [rdi], 0; je a; exit\nb: mov byte ptr [rdi], 1; exit\n";
        assertThat(run(source, "--preempt").exit()).isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "run ring x.s            | trapeze: 'ring' is no file that ends in .s, as others here are: run one sort only.",
                "run nowhere.s           | trapeze: there is no file nowhere.s.",
                "run x.s --timeout 0     | trapeze: --timeout is 0: it takes 1 to 86400.",
                "run x.s --seed 1        | trapeze: --goroutines, --seed, --json, --list, --abi and --omit are for programs, not for files.",
            })
    void wrongUsageIsRefused(String line, String message) {
        Ending ending = new Session().type(line);
        assertThat(ending.err()).startsWith(message).hasLineCount(1);
        assertThat(ending.exit()).isEqualTo(2);
    }
}
