// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.CodeBlob;
import io.trapeze.formats.object.ElfExecutable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * A program of its own that calls bridges, each with a state of the whole processor given by its test, and writes down the state
 * that the callee finds and the state that the caller finds again. The callee changes whatever its mask does not keep.
 *
 * <p>The program knows no ABI: what is an argument, what is preserved and what is junk is all in the data.
 */
final class BridgeStage {
    static final int STACK_WORDS = 64;
    private static final int IN = 64;
    private static final int KEEP = IN + MachineState.BYTES;
    private static final int STACK_IN = KEEP + MachineState.BYTES;
    private static final int ENTRY = STACK_IN + 8 * STACK_WORDS;
    private static final int STACK_ENTRY = ENTRY + MachineState.BYTES;
    private static final int AFTER = STACK_ENTRY + 8 * STACK_WORDS;
    private static final int STACK_AFTER = AFTER + MachineState.BYTES;
    private static final int CASE = STACK_AFTER + 8 * STACK_WORDS;

    /** One call, before and after: views of the program's data. */
    record Call(
            MachineState before,
            MachineState keep,
            ByteBuffer stack,
            MachineState inCallee,
            ByteBuffer stackInCallee,
            MachineState after,
            ByteBuffer stackAfter) {
        private static Call in(ByteBuffer memory, int number) {
            int at = number * CASE;
            return new Call(
                    new MachineState(memory, at + IN),
                    new MachineState(memory, at + KEEP),
                    words(memory, at + STACK_IN),
                    new MachineState(memory, at + ENTRY),
                    words(memory, at + STACK_ENTRY),
                    new MachineState(memory, at + AFTER),
                    words(memory, at + STACK_AFTER));
        }

        private static ByteBuffer words(ByteBuffer memory, int at) {
            return memory.slice(at, 8 * STACK_WORDS).order(ByteOrder.LITTLE_ENDIAN);
        }
    }

    private static final int GOROUTINE = 512;
    private static final int COUNT = 1016;

    /** What FS:[0] says the carrier is. */
    static final long CARRIER = 0x1122_3344_5566_7788L;

    private final SaveSet widest;
    private final CodeBlob driver;
    private final long callee;
    private final MachineState junk;
    private final byte[] junkBytes = new byte[MachineState.BYTES];

    BridgeStage(SaveSet widest) {
        assumeTrue(
                System.getProperty("os.name").equals("Linux")
                        && System.getProperty("os.arch").equals("amd64"),
                "this is not x86-64 Linux, where the program could run");
        this.widest = widest;
        driver = driver();
        junk = new MachineState(ByteBuffer.wrap(junkBytes), 0);
        junk.fill(new Random(4711));
        junk.flags(2 | MachineState.DIRECTION);
        junk.controlWords(0x3F80 | 0x8000, 0x0C7F);
        callee = program(List.of(), new byte[64], new byte[64]).address("callee");
    }

    /** Returns the widest set of registers that programs may use here. */
    static SaveSet widestHere() {
        try {
            String processor = Files.readString(Path.of("/proc/cpuinfo"));
            return processor.contains(" avx512bw") && processor.contains(" avx512vl")
                    ? SaveSet.AVX512
                    : processor.contains(" avx ") ? SaveSet.AVX : SaveSet.SSE;
        } catch (IOException e) {
            abort("there is no /proc/cpuinfo that would say which registers this processor has");
            throw new UncheckedIOException(e);
        }
    }

    /** Returns what the callee leaves in what it may change. */
    MachineState junk() {
        return junk;
    }

    /** Returns the address of the function that the bridges call, which is the same for any bridges. */
    long callee() {
        return callee;
    }

    /** The program with its bridges, and a call of each. */
    final class Show {
        private final List<CodeBlob> bridges;
        private final ByteBuffer memory;
        private final ElfExecutable layout;

        private Show(List<CodeBlob> bridges) {
            this.bridges = bridges;
            memory = ByteBuffer.allocate(bridges.size() * CASE).order(ByteOrder.LITTLE_ENDIAN);
            layout = program(bridges, memory.array(), new byte[1024]);
        }

        /** Returns where RSP may be at calls: far from both ends of the stack. */
        long stack() {
            return layout.address("stack") + 32_768;
        }

        /** Returns what FS:[8] says the goroutine is; 16 bytes behind it is the limit of its stack, 0. */
        long goroutine() {
            return layout.address("thread") + GOROUTINE;
        }

        Call call(int number) {
            return Call.in(memory, number);
        }

        /**
         * Runs the program; what happened is in the calls afterwards.
         *
         * @param writable for each call the bytes above its return address that the callee may change, and does
         */
        void run(Path folder, List<Integer> writable) {
            for (int i = 0; i < bridges.size(); i++) {
                memory.putLong(i * CASE, layout.address(bridges.get(i).name()));
                memory.putLong(i * CASE + 8, writable.get(i));
            }
            ByteBuffer thread = ByteBuffer.allocate(1024).order(ByteOrder.LITTLE_ENDIAN);
            thread.putLong(0, CARRIER).putLong(8, goroutine()).putLong(COUNT, bridges.size());
            try {
                Path file = Files.write(
                        folder.resolve("stage"),
                        program(bridges, memory.array(), thread.array()).bytes());
                assertThat(file.toFile().setExecutable(true)).isTrue();
                Path output = folder.resolve("stage.out");
                Process process = new ProcessBuilder(file.toString())
                        .redirectOutput(output.toFile())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
                assertThat(process.waitFor(120, TimeUnit.SECONDS))
                        .as("came back")
                        .isTrue();
                assertThat(process.exitValue())
                        .as("exit value; 128 and more is a signal")
                        .isZero();
                memory.clear();
                memory.put(Files.readAllBytes(output)).clear();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while the bridges ran", e);
            }
        }
    }

    Show with(List<CodeBlob> bridges) {
        return new Show(bridges);
    }

    private ElfExecutable program(List<CodeBlob> bridges, byte[] cases, byte[] thread) {
        List<CodeBlob> blobs = new ArrayList<>(List.of(driver));
        blobs.addAll(bridges);
        return ElfExecutable.of("_start", blobs.toArray(CodeBlob[]::new))
                .data("junk", junkBytes)
                .data("thread", thread)
                .reserve("state", 2 * MachineState.BYTES)
                .reserve("left", MachineState.BYTES)
                .reserve("found", MachineState.BYTES)
                .reserve("again", MachineState.BYTES)
                .reserve("notes", 64)
                .reserve("stack", 65_536)
                .data("cases", cases);
    }

    private CodeBlob driver() {
        String text = """
                .intel_syntax noprefix
                .extern cases, junk, thread, state, left, found, again, notes, stack
                .globl _start, callee
                _start:
                    mov qword ptr [rip + notes + 8], rdx
                    mov edi, 0x1002
                    lea rsi, [rip + thread]
                    mov eax, 158
                    syscall
                next:
                    lea rsp, [rip + stack + 4096]
                    cld
                    mov rax, [rip + notes]
                    cmp rax, COUNT
                    jae done
                    imul rbx, rax, CASE
                    lea rax, [rip + cases]
                    add rbx, rax
                    mov [rip + notes + 16], rbx
                    lea rsi, [rbx + IN]
                    lea rdi, [rip + state]
                    mov ecx, STATES
                    call copy
                    mov rsp, [rip + state + 32]
                    lea rsi, [rbx + STACK_IN]
                    mov rdi, rsp
                    mov ecx, STACK_WORDS
                    call copy
                    LOAD state
                    push rax
                    mov rax, [rip + notes + 16]
                    mov rax, [rax]
                    mov [rip + notes + 24], rax
                    pop rax
                    call qword ptr [rip + notes + 24]
                    STORE again
                    mov rbx, [rip + notes + 16]
                    mov r8, rsp
                    lea rsp, [rip + stack + 4096]
                    cld
                    lea rsi, [rip + again]
                    lea rdi, [rbx + AFTER]
                    mov ecx, STATE
                    call copy
                    mov rsi, [rbx + IN + 32]
                    lea rdi, [rbx + STACK_AFTER]
                    mov ecx, STACK_WORDS
                    call copy
                    inc qword ptr [rip + notes]
                    jmp next
                copy:
                    mov rax, [rsi]
                    mov [rdi], rax
                    add rsi, 8
                    add rdi, 8
                    dec ecx
                    jnz copy
                    ret
                done:
                    lea rsi, [rip + cases]
                    imul rdx, rax, CASE
                write:
                    mov edi, 1
                    mov eax, 1
                    syscall
                    test rax, rax
                    jle failed
                    add rsi, rax
                    sub rdx, rax
                    jnz write
                    xor edi, edi
                    mov eax, 60
                    syscall
                failed:
                    mov edi, 3
                    mov eax, 60
                    syscall
                callee:
                    STORE found
                    cld
                    mov r9, [rip + found + 32]
                    mov rbx, [rip + notes + 16]
                    lea rsi, [rip + found]
                    lea rdi, [rbx + ENTRY]
                    mov ecx, STATE
                    call copy
                    mov rsi, r9
                    lea rdi, [rbx + STACK_ENTRY]
                    mov ecx, STACK_WORDS
                    call copy
                    xor ecx, ecx
                    lea rsi, [rip + found]
                    lea rdi, [rip + state + STATE_BYTES]
                    lea r8, [rip + junk]
                    lea r10, [rip + left]
                blend:
                    mov rax, [rsi + rcx]
                    mov rdx, [rdi + rcx]
                    and rax, rdx
                    not rdx
                    and rdx, [r8 + rcx]
                    or rax, rdx
                    mov [r10 + rcx], rax
                    add ecx, 8
                    cmp ecx, STATE_BYTES
                    jb blend
                    mov rcx, [rbx + 8]
                above:
                    test rcx, rcx
                    jz below
                    mov [r9 + rcx], r8
                    sub rcx, 8
                    jmp above
                below:
                    mov ecx, 512
                under:
                    sub r9, 8
                    mov [r9], r8
                    dec ecx
                    jnz under
                    LOAD left
                    ret
                """;
        for (String symbol : List.of("again", "found")) {
            text = text.replace("STORE " + symbol + "\n", MachineState.store(symbol, widest));
        }
        for (String symbol : List.of("state", "left")) {
            text = text.replace("LOAD " + symbol + "\n", MachineState.load(symbol, widest));
        }
        text = text.replace("STATE_BYTES", "" + MachineState.BYTES)
                .replace("STATES", "" + 2 * MachineState.BYTES / 8)
                .replace("STACK_WORDS", "" + STACK_WORDS)
                .replace("STACK_IN", "" + STACK_IN)
                .replace("STACK_ENTRY", "" + STACK_ENTRY)
                .replace("STACK_AFTER", "" + STACK_AFTER)
                .replaceAll("\\bCASE\\b", "" + CASE)
                .replaceAll("\\bIN\\b", "" + IN)
                .replaceAll("\\bENTRY\\b", "" + ENTRY)
                .replaceAll("\\bAFTER\\b", "" + AFTER)
                .replaceAll("\\bSTATE\\b", "" + MachineState.BYTES / 8)
                .replace("COUNT", "[rip + thread + " + COUNT + "]");
        return Assembler.parse(text);
    }
}
