// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.Instruction;
import io.trapeze.emitter.operand.Registers;
import io.trapeze.testkit.check.Check;
import io.trapeze.testkit.check.Subject;
import io.trapeze.testkit.check.Verdict;
import io.trapeze.testkit.check.Verdict.Ending;
import io.trapeze.testkit.check.Verdict.Failed;
import io.trapeze.testkit.check.Watcher;
import io.trapeze.testkit.mutate.Mutant;
import io.trapeze.testkit.mutate.Mutants;
import io.trapeze.trampolines.BridgeTarget;
import io.trapeze.trampolines.CallBridge;
import io.trapeze.trampolines.Omission;
import io.trapeze.trampolines.Primitive;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.Signature;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.AbiException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A check of code that is wrong")
class CheckTest {
    private static final Signature SIGNATURE =
            Signature.parse("i64 f64 i64 f32 i64 f64 i64 f32 i64 f64 i64 i64 f64 f64 f64 f64 -> i64");

    private static final int TRIES = 100;

    private static Check check;

    @BeforeAll
    static void open() {
        ThisHost.assumeThatItRunsCapsules();
        check = Check.open();
    }

    @AfterAll
    static void close() {
        if (check != null) {
            check.close();
        }
    }

    static Stream<Arguments> preserved() {
        return Stream.of(Abi.SYSTEM_V, Abi.WIN64)
                .flatMap(abi -> Omission.candidates(abi).stream()
                        .flatMap(register -> Stream.of(Primitive.GOGO, Primitive.MCALL)
                                .map(primitive -> Arguments.of(primitive, abi.name(), register.name()))));
    }

    @ParameterizedTest
    @MethodSource("preserved")
    void namesTheRegisterThatIsForgotten(Primitive primitive, String abiName, String register) {
        Abi abi = Abi.builtIn(abiName).orElseThrow();
        Omission omission = Omission.of(Omission.candidates(abi).stream()
                .filter(r -> r.name().equals(register))
                .findFirst()
                .orElseThrow());
        Failed failed =
                failed(Subject.of(primitive, abi, SaveSet.SSE).with(primitive.emit(abi, SaveSet.SSE, omission)));
        assertThat(failed.ending()).isEqualTo(Ending.DIFFERENT);
        assertThat(failed.difference().register()).isEqualTo(register);
        assertThat(failed.difference().rule()).startsWith("preserved.");
        assertThat(failed.tries()).isEqualTo(1);
        assertThat(failed.live()).hasSizeLessThanOrEqualTo(1);
    }

    @Test
    void namesTheBitsThatATrampolineForgets() {
        assumeTrue(SaveSet.AVX.fits(Bench.widestHere()), "this processor has no ymm registers");
        CodeBlob narrow = Primitive.ASYNC_PREEMPT.emit(Abi.SYSTEM_V, SaveSet.SSE);
        Failed failed = failed(
                Subject.of(Primitive.ASYNC_PREEMPT, Abi.SYSTEM_V, SaveSet.AVX).with(narrow));
        assertThat(failed.difference().register()).isEqualTo("ymm0");
        assertThat(failed.difference().rule()).isEqualTo("save set avx: ymm0");
        BigInteger lost = new BigInteger(failed.difference().expected(), 16)
                .xor(new BigInteger(failed.difference().found(), 16));
        assertThat(lost.getLowestSetBit()).isGreaterThanOrEqualTo(128);
        assertThat(failed.live()).containsExactly("vector 0");
    }

    @Test
    void tellsWhoWatchesOfEachCaseBeforeItRunsAndOfTheOneThatFailedBeforeItIsMadeSimpler() {
        List<String> told = new ArrayList<>();
        Watcher watcher = new Watcher() {
            @Override
            public void trying(long seed) {
                told.add(Long.toString(seed));
            }

            @Override
            public void failed() {
                told.add("failed");
            }
        };
        try (Check watched = Check.open(watcher)) {
            watched.of(Subject.of(Primitive.GOGO, Abi.SYSTEM_V, SaveSet.SSE), 2, 7);
            assertThat(told).containsExactly("" + Check.seedOf(7, 1), "" + Check.seedOf(7, 2));
            told.clear();
            watched.of(gogo("gogo: mov rsp, [rdi]; xor rbx, rbx; jmp [rdi + 8]"), 2, 7);
            assertThat(told).containsExactly("" + Check.seedOf(7, 1), "failed");
        }
    }

    @Test
    void tellsWhereItCrashed() {
        Failed failed = failed(gogo("gogo: mov rax, 16\n mov rax, [rax]\n ret"));
        assertThat(failed.ending()).isEqualTo(Ending.CRASHED);
        assertThat(failed.difference().found())
                .isEqualTo("SIGSEGV at gogo+0x7: mov rax, qword ptr [rax], address 0x10");
        assertThat(failed.live()).isEmpty();
    }

    @Test
    void tellsHowItCameToWhereNoCodeIs() {
        assertThat(end("nop")).matches("SIGTRAP at 0x\\p{XDigit}+: it ran past the last instruction of .*`ret`.*");
        assertThat(end("push rax\n ret"))
                .startsWith("SIGSEGV at 0x0: it returned or jumped to where it has no code; before `ret`, RSP must be");
        assertThat(end("mov eax, 4096\n jmp rax"))
                .startsWith("SIGSEGV at 0x1000: it returned or jumped to where it has no code");
    }

    @Test
    void findsWhatIsWrittenAroundTheMemoryOfItsArgument() {
        for (int offset : new int[] {4089, 4096, 8192}) {
            assertThat(end("mov qword ptr [rdi + " + offset + "], 1\n ret"))
                    .startsWith("SIGSEGV at text+0x0: mov qword");
        }
        String below = ".globl f\nf: mov byte ptr [rdi - 9], 1\n ret";
        assertThat(function(below, Abi.SYSTEM_V)).startsWith("memory: of memory, only the 4 kilobytes");
        String within = ".globl f\nf: mov qword ptr [rdi + 4088], 1\n mov byte ptr [rdi], 1\n ret";
        assertThat(check.ofFunction(Assembler.parse(within), "f", Abi.SYSTEM_V, TRIES, 1))
                .isEqualTo(new Verdict.Passed(TRIES));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -5})
    void makesOneTryAtLeast(int tries) {
        Subject right = Subject.of(Primitive.GOGO, Abi.SYSTEM_V, SaveSet.SSE);
        CallBridge bridge = CallBridge.of(SIGNATURE, Abi.WIN64, Abi.SYSTEM_V);
        for (ThrowingCallable checks : List.<ThrowingCallable>of(
                () -> check.of(right, tries, 1),
                () -> check.ofFunction(Assembler.parse(".globl f\nf: ret"), "f", Abi.SYSTEM_V, tries, 1),
                () -> check.ofBridge(bridge, emitted(bridge).orElseThrow(), tries, 1))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(checks)
                    .withMessage("can't check anything in " + tries + " tries: make 1 at least");
        }
    }

    @Test
    void tellsThatItEndedItsProcess() {
        for (int status : new int[] {0, 7, 100, 101}) {
            String exits = "mov edi, " + status + "\n mov eax, 231 # exit_group\n syscall";
            assertThat(end(exits)).isEqualTo("it ended the process itself, with status " + status);
            assertThat(function(".globl f\nf: " + exits, Abi.SYSTEM_V)).isEqualTo("rip: it ends by returning");
        }
    }

    private static String end(String text) {
        Failed failed = (Failed) check.ofFunction(Assembler.parse(".globl f\nf: " + text), "f", Abi.SYSTEM_V, TRIES, 1);
        assertThat(failed.ending()).isEqualTo(Ending.CRASHED);
        return failed.difference().found();
    }

    @Test
    void endsWhatDoesNotEnd() {
        Failed failed = failed(gogo("gogo: jmp gogo"));
        assertThat(failed.ending()).isEqualTo(Ending.HUNG);
        assertThat(failed.difference().found()).contains("gogo+0x0: jmp gogo");
    }

    @Test
    void noticesWhatIsWrittenBelowTheStack() {
        String text = Primitive.GOGO.emit(Abi.SYSTEM_V, SaveSet.SSE).instructions().stream()
                .map(i -> " " + i.text())
                .reduce("gogo: mov [rsp - 200], rdi", (a, b) -> a + "\n" + b);
        Failed failed = failed(gogo(text));
        assertThat(failed.ending()).isEqualTo(Ending.BROKE_ITS_STACK);
        assertThat(failed.difference().register()).isEqualTo("g0's stack");
        assertThat(failed.difference().where()).isEqualTo("1232 bytes below its top");
    }

    @Test
    void survivesCrashesAndGoesOn() {
        Subject crashing = gogo("gogo: ud2");
        for (int i = 0; i < 30; i++) {
            assertThat(failed(crashing).difference().found()).startsWith("SIGILL at gogo+0x0");
        }
        assertThat(check.of(Subject.of(Primitive.GOGO, Abi.SYSTEM_V, SaveSet.SSE), TRIES, 1))
                .isEqualTo(new Verdict.Passed(TRIES));
    }

    @Test
    void noticesThatNobodyIsCalled() {
        Subject right = Subject.of(Primitive.ASYNC_PREEMPT, Abi.builtIn("go").orElseThrow(), SaveSet.SSE);
        Mutant without = Mutants.of(right).stream()
                .filter(mutant -> mutant.change().startsWith("call "))
                .findFirst()
                .orElseThrow();
        for (int seed = 1; seed <= 10; seed++) {
            assertThat(check.of(right, 1, seed).passed())
                    .isTrue(); // what its callee found could be taken for the other's
            assertThat(check.of(right.with(without.code()), 1, seed).passed()).isFalse();
        }
    }

    @Test
    void replaysACaseByItsSeed() {
        CodeBlob wrong = Primitive.MCALL.emit(Abi.SYSTEM_V, SaveSet.SSE, Omission.of(Registers.r12));
        Subject subject = Subject.of(Primitive.MCALL, Abi.SYSTEM_V, SaveSet.SSE).with(wrong);
        Failed failed = failed(subject);
        assertThat(check.of(subject, failed.shrunk()))
                .isInstanceOfSatisfying(
                        Failed.class, again -> assertThat(again.difference()).isEqualTo(failed.difference()));
        assertThat(failed(subject)).isEqualTo(failed);
    }

    @Test
    void tellsAFunctionThatItForgetsR12() {
        String text = ".globl f\nf: mov r12, rdi\n mov rax, r12\n ret";
        Verdict verdict = check.ofFunction(Assembler.parse(text), "f", Abi.SYSTEM_V, TRIES, 1);
        assertThat(verdict).isInstanceOfSatisfying(Failed.class, failed -> {
            assertThat(failed.difference().register()).isEqualTo("r12");
            assertThat(failed.difference().rule()).isEqualTo("preserved.general: r12");
        });
        String right = ".globl f\nf: push r12\n mov r12, rdi\n mov rax, r12\n pop r12\n ret";
        assertThat(check.ofFunction(Assembler.parse(right), "f", Abi.SYSTEM_V, TRIES, 1))
                .isEqualTo(new Verdict.Passed(TRIES));
    }

    @Test
    void noticesStackBoundsThatAreWrittenWhenTheStackIsThere() {
        List<String> right = Primitive.GOGO.emit(Abi.WIN64, SaveSet.SSE).instructions().stream()
                .map(i -> i.text())
                .toList();
        int bounds = 2 * Abi.WIN64.threadFields().size();
        int jump = right.size() - 1;
        List<String> late = new ArrayList<>(right.subList(bounds, jump));
        late.add("mov r8, rax"); // the target: rax is in use for the bounds
        late.addAll(right.subList(0, bounds));
        late.add("jmp r8");
        Failed failed = failed(Subject.of(Primitive.GOGO, Abi.WIN64, SaveSet.SSE)
                .with(new Assembler()
                        .assemble(".globl gogo\ngogo: " + String.join("\n ", late))
                        .finish("gogo")));
        assertThat(failed.difference().register()).isEqualTo("StackBase");
        assertThat(failed.difference().rule()).isEqualTo("thread.stack_bounds: StackBase");
        assertThat(failed.difference().where()).isEqualTo("before gogo+0x89: mov r8, rax");
    }

    @Test
    void noticesStackBoundsThatAreRestoredWhenTheStackIsBack() {
        List<String> late = new ArrayList<>(Primitive.SYSTEMSTACK.emit(Abi.WIN64, SaveSet.SSE).instructions().stream()
                .map(i -> i.text())
                .toList());
        int call = late.indexOf("call r8");
        late.remove("mov rsp, rbp");
        late.add(call + 2, "mov rsp, rbp");
        Failed failed = failed(Subject.of(Primitive.SYSTEMSTACK, Abi.WIN64, SaveSet.SSE)
                .with(new Assembler()
                        .assemble(".globl systemstack\nsystemstack: " + String.join("\n ", late))
                        .finish("systemstack")));
        assertThat(failed.difference().register()).isEqualTo("StackBase");
        assertThat(failed.difference().where()).startsWith("before systemstack+");
    }

    @Test
    void holdsACallOutOfAFunctionToTheConvention() {
        String right = ".globl f\n.extern g\nf: push rbx\n mov rbx, rsi\n call g\n mov rax, rbx\n pop rbx\n ret";
        assertThat(check.ofFunction(Assembler.parse(right), "f", Abi.SYSTEM_V, TRIES, 1))
                .isEqualTo(new Verdict.Passed(TRIES));
        assertThat(function(right.replace("push rbx", "nop").replace("pop rbx", "nop"), Abi.SYSTEM_V))
                .isEqualTo("rsp, mod 16: stack.alignment = 16");
        assertThat(function(right.replace("call g", "std\n call g"), Abi.SYSTEM_V))
                .isEqualTo("DF: calls.direction_flag = clear");
        assertThat(function(right, Abi.WIN64)).startsWith("rsp: stack.shadow = 32");
        assertThat(function(right.replace("call g", "fld1\n call g\n fstp st(0)"), Abi.SYSTEM_V))
                .startsWith("x87 tag word: ");
    }

    @Test
    void holdsBridgesBetweenAllBuiltInConventions() {
        int bridges = 0;
        for (Abi from : Abi.builtIn()) {
            for (Abi to : Abi.builtIn()) {
                CallBridge bridge = CallBridge.of(SIGNATURE, from, to);
                Optional<CodeBlob> code = emitted(bridge);
                if (code.isPresent()) {
                    assertThat(check.ofBridge(bridge, code.get(), 20, 1))
                            .as("%s to %s\n%s", from.name(), to.name(), code.get())
                            .isEqualTo(new Verdict.Passed(20));
                    bridges++;
                }
            }
        }
        assertThat(bridges).isGreaterThan(50);
    }

    /** Some need to be told where the goroutine is. */
    private static Optional<CodeBlob> emitted(CallBridge bridge) {
        try {
            return Optional.of(bridge.emit("bridge", new BridgeTarget.Symbol("target")));
        } catch (AbiException e) {
            assertThat(e).hasMessageContaining("; ");
            return Optional.empty();
        }
    }

    @Test
    void findsWhatABridgeForgets() {
        CallBridge bridge = CallBridge.of(SIGNATURE, Abi.WIN64, Abi.SYSTEM_V);
        CodeBlob right = emitted(bridge).orElseThrow();
        Map<String, String> found = new TreeMap<>();
        for (Instruction instruction : right.instructions()) {
            boolean restores = instruction.text().matches("mov(dqu)? (rsi|rdi|xmm(6|15)), .*\\[rsp .*");
            if (restores) {
                String text = ".globl bridge\n.extern target\nbridge:\n"
                        + right.instructions().stream()
                                .filter(other -> !other.equals(instruction))
                                .map(Instruction::text)
                                .collect(Collectors.joining("\n"));
                Verdict verdict = check.ofBridge(bridge, Assembler.parse(text), TRIES, 1);
                assertThat(verdict).isInstanceOf(Failed.class);
                found.put(
                        instruction.text().replaceAll("^\\S+ (\\w+),.*", "$1"),
                        ((Failed) verdict).difference().register());
            }
        }
        assertThat(found)
                .containsOnlyKeys("rdi", "rsi", "xmm15", "xmm6")
                .allSatisfy((register, named) -> assertThat(named).isEqualTo(register));
    }

    @Test
    void tellsAFunctionThatItTakesTheThreadsSegment() {
        String text =
                ".globl f\nf: mov edi, 0x1001\n mov rsi, rsp\n mov eax, 158 # arch_prctl(ARCH_SET_GS)\n syscall\n ret";
        assertThat(function(text, Abi.SYSTEM_V)).startsWith("gs base: the thread's");
        assertThat(function(text.replace("0x1001", "0x1002"), Abi.SYSTEM_V)).startsWith("fs base: the thread's");
    }

    private static String function(String text, Abi abi) {
        Verdict verdict = check.ofFunction(Assembler.parse(text), "f", abi, TRIES, 1);
        assertThat(verdict).isInstanceOf(Failed.class);
        Failed failed = (Failed) verdict;
        return failed.difference().register() + ": " + failed.difference().rule();
    }

    private static Subject gogo(String text) {
        return Subject.of(Primitive.GOGO, Abi.SYSTEM_V, SaveSet.SSE)
                .with(new Assembler().assemble(".globl gogo\n" + text).finish("gogo"));
    }

    private static Failed failed(Subject subject) {
        Verdict verdict = check.of(subject, TRIES, 1);
        assertThat(verdict).isInstanceOf(Failed.class);
        return (Failed) verdict;
    }
}
