// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.text;

import io.trapeze.emitter.text.Source;
import io.trapeze.runtime.memory.NativeMemory;
import io.trapeze.runtime.os.OperatingSystem;
import io.trapeze.runtime.sched.Body;
import io.trapeze.runtime.sched.Goroutine;
import io.trapeze.runtime.sched.Scheduler;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What the child process runs: a source's goroutines, until all have ended. They print to standard error; where the code is and
 * what fails is told on standard output, where the VM tells of crashes as well.
 *
 * <p>Each begins with the address of zeroed memory that all share in {@code rdi}, its own number from 0 in {@code rsi}, and
 * how many they are in {@code rdx}.
 */
public final class GoroutineProcess {
    /** Bytes of memory that the goroutines of a file share. */
    public static final int SHARED_BYTES = 1 << 16;

    /** Status when a goroutine has failed; what failed is on standard output. */
    static final int GOROUTINE_FAILED = 64;

    private static final int SLICE_MS = 10;

    private GoroutineProcess() {}

    /**
     * Runs the source that stands on standard input.
     *
     * @param arguments the source's name, the number of carriers, and whether to preempt
     */
    public static void main(String[] arguments) throws IOException {
        System.setErr(System.out); // leaves the descriptor to what the source prints
        String text = new String(System.in.readAllBytes(), StandardCharsets.UTF_8);
        GoroutineText program = GoroutineText.of(new Source(arguments[0], text));
        boolean preempt = Boolean.parseBoolean(arguments[2]);
        List<String> failures = new ArrayList<>();
        try {
            failures = run(program, Integer.parseInt(arguments[1]), preempt, new FileOutputStream(FileDescriptor.err));
        } catch (RuntimeException e) {
            failures.add(e.getMessage());
        }
        failures.forEach(System.out::println);
        System.exit(failures.isEmpty() ? 0 : GOROUTINE_FAILED);
    }

    private static List<String> run(GoroutineText program, int carriers, boolean preempt, OutputStream out) {
        List<String> failures = new ArrayList<>();
        try (NativeMemory shared = NativeMemory.allocate(OperatingSystem.current(), SHARED_BYTES);
                Scheduler scheduler = Scheduler.builder()
                        .carriers(carriers)
                        .timeSlice(preempt ? Duration.ofMillis(SLICE_MS) : Duration.ZERO)
                        .maxGoroutines(program.goroutines())
                        .onFailure((goroutine, thrown) -> {})
                        .build()) {
            Body body = scheduler.compile(program.source().title() + ".s", program.body(out));
            System.out.println(CodeMap.lines(body));
            List<Goroutine> goroutines = new ArrayList<>();
            for (int i = 0; i < program.goroutines(); i++) {
                goroutines.add(scheduler.go(body, shared.address(), i, program.goroutines()));
            }
            scheduler.run();
            for (int i = 0; i < goroutines.size(); i++) {
                String name = program.entries().isEmpty()
                        ? "the goroutine"
                        : program.entries().get(i);
                goroutines
                        .get(i)
                        .failure()
                        .ifPresent(f ->
                                failures.add(name + " failed: " + f.getCause().getMessage()));
            }
        }
        return failures;
    }
}
