// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.Registers;
import io.trapeze.formats.object.ElfObject;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.PreservedVector;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A C program whose functions of one ABI call those of the other through bridges. What C cannot say is emitted: a guard around each
 * call, which fills what the caller's ABI preserves and looks at it afterwards, and what destroys all that the callee's ABI lets it.
 */
final class GccDriver {
    private static final int CHUNK = 250;
    private static final int SECONDS = 300;
    private static final String PRELUDE = """
            #define win64 __attribute__((ms_abi))
            #define sysv __attribute__((sysv_abi))
            extern char guard_win64[], guard_sysv[];
            extern void *guard_target;
            extern win64 void trash_win64(void);
            extern sysv void trash_sysv(void);
            extern unsigned long wrong[];
            """;

    private final Path folder;

    GccDriver(Path folder) {
        this.folder = folder;
    }

    /** Compiles, links and runs the program, and returns what it says: each call that went wrong, and how many there were. */
    String run(List<GccCall> calls) {
        List<CodeBlob> blobs = new ArrayList<>();
        for (Abi abi : List.of(Abi.SYSTEM_V, Abi.WIN64)) {
            blobs.add(guard(abi));
            blobs.add(trash(abi));
        }
        calls.forEach(call -> blobs.add(call.bridge()));
        List<Callable<String>> work = new ArrayList<>();
        List<String> link = new ArrayList<>(List.of("gcc", "-o", "driver", "driver.c", "bridges.o"));
        try {
            Files.write(folder.resolve("bridges.o"), ElfObject.of(blobs.toArray(CodeBlob[]::new)));
            Files.writeString(folder.resolve("driver.c"), main(calls));
            for (int first = 0; first < calls.size(); first += CHUNK) {
                List<GccCall> some = calls.subList(first, Math.min(calls.size(), first + CHUNK));
                String name = "calls" + first;
                Files.writeString(
                        folder.resolve(name + ".c"),
                        PRELUDE + some.stream().map(GccCall::functions).collect(Collectors.joining()));
                String level = List.of("-O0", "-O0", "-O1", "-O0", "-O2").get(first / CHUNK % 5);
                work.add(() -> command("gcc", level, "-w", "-fno-asynchronous-unwind-tables", "-c", name + ".c"));
                link.add(name + ".o");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        inParallel(work);
        command(link.toArray(String[]::new));
        return command("./driver");
    }

    private static String main(List<GccCall> calls) {
        StringBuilder text =
                new StringBuilder("""
                #include <stdio.h>
                #include <string.h>
                unsigned char pattern[BYTES], saved[BYTES], after[BYTES];
                void *guard_target, *guard_return;
                unsigned long wrong[COUNT], misaligned;
                """.replace("BYTES", "" + MachineState.BYTES).replace("COUNT", "" + calls.size()));
        for (Abi abi : List.of(Abi.SYSTEM_V, Abi.WIN64)) {
            text.append("static int lost_%s(void) {\n    return ".formatted(abi.name()));
            kept(abi)
                    .forEach(r -> text.append(
                            "memcmp(after + %d, pattern + %d, 8) || ".formatted(8 * r.number(), 8 * r.number())));
            for (PreservedVector vector : abi.preservedVectors()) {
                int at = MachineState.VECTORS + 64 * vector.number();
                text.append("memcmp(after + %d, pattern + %d, %d) || ".formatted(at, at, vector.bytes()));
            }
            text.append("(after[%d] & 4);\n}\n".formatted(MachineState.FLAGS + 1));
        }
        IntStream.range(0, calls.size()).forEach(i -> text.append("void caller_%d(void);\n".formatted(i)));
        text.append("static void (*const callers[])(void) = {");
        IntStream.range(0, calls.size()).forEach(i -> text.append("caller_%d, ".formatted(i)));
        text.append("};\nstatic const char from_win64[] = {");
        calls.forEach(call -> text.append(call.from().equals(Abi.WIN64) ? "1, " : "0, "));
        text.append("""
                };
                int main(void) {
                    for (int i = 0; i < sizeof pattern; i++) pattern[i] = i * 37 + 11;
                    for (int i = 0; i < sizeof wrong / 8; i++) {
                        memset(after, 0, sizeof after);
                        misaligned = 0;
                        callers[i]();
                        int lost = from_win64[i] ? lost_win64() : lost_sysv();
                        if (wrong[i] || misaligned || lost) printf("%d: %lx %lx %d\\n", i, wrong[i], misaligned, lost);
                    }
                    printf("%d calls\\n", (int) (sizeof wrong / 8));
                }
                """);
        return text.toString();
    }

    private static List<IndexReg> kept(Abi abi) {
        List<IndexReg> kept = new ArrayList<>(abi.preservedGeneral());
        kept.add(Registers.rbp);
        return kept;
    }

    /** Code that stands between a caller and {@code guard_target}, without either of them seeing it. */
    private static CodeBlob guard(Abi abi) {
        return Assembler.parse("""
                .intel_syntax noprefix
                .extern guard_return, guard_target, saved, pattern, after
                .globl guard_%1$s
                guard_%1$s:
                    pop qword ptr [rip + guard_return]
                    %2$s
                    %3$s
                    call qword ptr [rip + guard_target]
                    %4$s
                    %5$s
                    jmp qword ptr [rip + guard_return]
                """.formatted(
                        abi.name(),
                        MachineState.store("saved", SaveSet.SSE),
                        loads(abi, "pattern"),
                        MachineState.store("after", SaveSet.SSE),
                        loads(abi, "saved")));
    }

    private static String loads(Abi abi, String symbol) {
        StringBuilder text = new StringBuilder();
        kept(abi).forEach(r -> text.append("mov %s, qword ptr [rip + %s + %d]\n".formatted(r, symbol, 8 * r.number())));
        for (PreservedVector vector : abi.preservedVectors()) {
            int at = MachineState.VECTORS + 64 * vector.number();
            text.append("movdqu %s, xmmword ptr [rip + %s + %d]\n".formatted(vector, symbol, at));
        }
        return text.toString();
    }

    /** A function that leaves nothing as it was but what its ABI preserves, and notes how its stack is aligned. */
    private static CodeBlob trash(Abi abi) {
        StringBuilder text = new StringBuilder("""
                .intel_syntax noprefix
                .extern misaligned
                .globl trash_%1$s
                trash_%1$s:
                    lea rax, [rsp + 8]
                    and eax, 15
                    or qword ptr [rip + misaligned], rax
                """.formatted(abi.name()));
        for (int at = 0; at < abi.stack().shadow(); at += 8) {
            text.append("mov qword ptr [rsp + %d], -1\n".formatted(8 + at));
        }
        for (int i = 0; i < 16; i++) {
            if (!abi.preserves(Registers.gp64(i))) {
                text.append("mov %s, %d\n".formatted(Registers.gp64(i), -1000 - i));
            }
            if (!abi.preserves(Registers.xmm(i))) {
                text.append("pcmpeqd xmm%d, xmm%d\n".formatted(i, i));
            }
        }
        return Assembler.parse(text + "ret\n");
    }

    private static void inParallel(List<Callable<String>> work) {
        ExecutorService two = Executors.newFixedThreadPool(2);
        try {
            for (Future<String> done : two.invokeAll(work)) {
                done.get();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while gcc compiled", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new AssertionError(e.getCause());
        } finally {
            two.shutdownNow();
        }
    }

    private String command(String... words) {
        try {
            Path output = Files.createTempFile(folder, "output", ".txt");
            Process process = new ProcessBuilder(words)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError(Arrays.toString(words) + " did not come back within " + SECONDS + " s");
            }
            String text = Files.readString(output);
            if (process.exitValue() != 0) {
                throw new AssertionError(Arrays.toString(words) + " ended with " + process.exitValue() + ": " + text);
            }
            return text;
        } catch (IOException absent) {
            assumeTrue(!words[0].equals("gcc"), "gcc is not on the PATH (Debian: gcc)");
            throw new UncheckedIOException(absent);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while running " + words[0], e);
        }
    }
}
