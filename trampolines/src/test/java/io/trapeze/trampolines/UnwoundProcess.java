// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines;

import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.Relocation;
import io.trapeze.formats.unwind.EhFrame;
import io.trapeze.formats.unwind.UnwindRules;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** A real process that runs a primitive, and the stack as somebody who knows nothing of this project sees it at each instruction. */
final class UnwoundProcess {
    private static final int SECONDS = 120;

    /** Who looks at the stack. */
    enum Viewer {
        GDB,
        LIBGCC
    }

    /**
     * A stack at one moment.
     *
     * @param where an offset in the primitive in hexadecimal, {@code callee} or {@code interrupted}
     */
    record Stack(String where, List<Frame> frames) {
        List<String> names() {
            return frames.stream().map(Frame::name).toList();
        }
    }

    /** A frame of it, with what its registers held when it made its call. */
    record Frame(String name, Map<String, Long> registers) {}

    private final Path folder;
    private final Path driver;

    private UnwoundProcess(Path folder, Path driver) {
        this.folder = folder;
        this.driver = driver;
    }

    /** Links the primitives and their rules into a program. */
    static UnwoundProcess of(Path folder, List<UnwindRules> primitives) {
        assumeTrue(
                System.getProperty("os.name").equals("Linux")
                        && System.getProperty("os.arch").equals("amd64"),
                "this is not x86-64 Linux, where the System V primitives could run");
        StringBuilder assembly = new StringBuilder();
        for (UnwindRules rules : primitives) {
            append(assembly, rules.blob(), EhFrame.of(rules));
        }
        assembly.append(".section .note.GNU-stack,\"\",@progbits\n");
        try {
            Files.writeString(folder.resolve("primitives.s"), assembly);
            run(folder, Map.of(), "gcc", "-O1", "-o", "driver", resource(folder, "driver.c"), "primitives.s");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new UnwoundProcess(folder, folder.resolve("driver"));
    }

    private static void append(StringBuilder assembly, CodeBlob blob, EhFrame frame) {
        String name = blob.name();
        assembly.append(".text\n.globl %s, %s_end\n.type %s, @function\n%s:\n".formatted(name, name, name, name));
        bytes(assembly, blob.bytes(), blob.relocations());
        assembly.append("%s_end:\n.size %s, . - %s\n.section .eh_frame, \"a\", @unwind\n".formatted(name, name, name));
        bytes(assembly, frame.bytes(), frame.relocations());
    }

    private static void bytes(StringBuilder assembly, byte[] bytes, List<Relocation> relocations) {
        int at = 0;
        for (Relocation relocation : relocations) {
            bytes(assembly, Arrays.copyOfRange(bytes, at, relocation.offset()));
            assembly.append(".long %s - . + %d\n".formatted(relocation.symbol(), relocation.addend()));
            at = relocation.offset() + 4;
        }
        bytes(assembly, Arrays.copyOfRange(bytes, at, bytes.length));
    }

    private static void bytes(StringBuilder assembly, byte[] bytes) {
        for (byte b : bytes) {
            assembly.append(".byte ").append(b & 0xFF).append('\n');
        }
    }

    /** Returns what the program reads its own rules as. */
    String readelf(String... options) {
        List<String> command = new ArrayList<>(List.of("readelf"));
        command.addAll(List.of(options));
        command.add(driver.toString());
        return run(folder, Map.of(), command.toArray(String[]::new));
    }

    /** Runs a scenario and returns each stack seen. */
    List<Stack> watch(Viewer viewer, String scenario) {
        String output = viewer == Viewer.LIBGCC
                ? run(folder, Map.of(), driver.toString(), scenario, "step")
                : run(
                        folder,
                        Map.of("TRAPEZE_PRIMITIVE", scenario),
                        "gdb",
                        "-nx",
                        "-batch",
                        "-x",
                        resource(folder, "walk.py"),
                        driver.toString());
        return output.lines()
                .filter(line -> line.matches("([0-9a-f]+|callee|interrupted) \\|.*"))
                .map(UnwoundProcess::stack)
                .toList();
    }

    private static Stack stack(String line) {
        String[] parts = line.split(" \\| ");
        List<Frame> frames = new ArrayList<>();
        for (String part : Arrays.copyOfRange(parts, 1, parts.length)) {
            String name = part.split(" [a-z0-9]+=")[0];
            Map<String, Long> registers = new LinkedHashMap<>();
            for (String pair : part.substring(name.length()).strip().split(" ")) {
                if (pair.contains("=")) {
                    registers.put(pair.split("=")[0], Long.parseUnsignedLong(pair.split("=")[1], 16));
                }
            }
            frames.add(new Frame(name, registers));
        }
        return new Stack(parts[0], frames);
    }

    private static String resource(Path folder, String name) {
        try (InputStream content = UnwoundProcess.class.getResourceAsStream("unwind/" + name)) {
            Files.copy(Objects.requireNonNull(content), folder.resolve(name), StandardCopyOption.REPLACE_EXISTING);
            return name;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String run(Path folder, Map<String, String> environment, String... command) {
        Path output = folder.resolve(Path.of(command[0]).getFileName() + ".out");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().putAll(environment);
        Process process;
        try {
            process = builder.start();
        } catch (IOException absent) {
            abort(command[0] + " is not installed (Debian: gcc, gdb, binutils)");
            throw new UncheckedIOException(absent);
        }
        try {
            if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return "gave up after " + SECONDS + " s: " + Files.readString(output);
            }
            String text = Files.readString(output);
            if (command[0].equals("gcc") && process.exitValue() != 0) {
                throw new AssertionError(text);
            }
            assumeTrue(
                    !text.contains("ptrace: Operation not permitted"), "gdb may not trace processes on this machine");
            return text;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while running " + Arrays.toString(command), e);
        }
    }
}
