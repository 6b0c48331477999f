// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.operand.Register;
import io.trapeze.emitter.operand.Registers;
import io.trapeze.formats.unwind.Formula;
import io.trapeze.formats.unwind.UnwindInfo;
import io.trapeze.formats.unwind.UnwindRow;
import io.trapeze.formats.unwind.UnwindRules;
import io.trapeze.trampolines.abi.Abi;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@DisplayName("Wine's RtlVirtualUnwind")
@Tag("S27")
class WineUnwindTest {
    private static final long LOW = Scene.STACK_TOP - 0x10000;
    private static final long HIGH = Scene.G0_GOBUF + 0x10000;
    private static final int SECONDS = 300;
    private static final HexFormat HEX = HexFormat.of();

    @Test
    @DisplayName("finds the caller from every instruction of Win64's primitives, and no other if the codes are wrong")
    void findsTheCaller() throws Exception {
        String compiler = found("x86_64-w64-mingw32-gcc");
        String wine = found("wine64");
        String server = found("wineserver");
        try (InputStream harness = getClass().getResourceAsStream("unwind/windows.c")) {
            Files.copy(Objects.requireNonNull(harness), folder.resolve("windows.c"));
        }
        assertThat(run(folder, compiler, "-O1", "-o", "windows.exe", "windows.c"))
                .isEmpty();

        StringBuilder states = new StringBuilder("range %x %x\n".formatted(LOW, HIGH));
        StringBuilder spoilt = new StringBuilder(states);
        int expected = 0;
        for (Primitive primitive : Primitive.values()) {
            for (SaveSet set : primitive == Primitive.ASYNC_PREEMPT ? SaveSet.values() : new SaveSet[] {SaveSet.SSE}) {
                CodeBlob blob = primitive.emit(Abi.WIN64, set);
                expected += blob.instructions().size();
                UnwindRules rules = UnwindRules.of(blob).orElseThrow();
                append(states, primitive, blob, UnwindInfo.of(rules));
                append(spoilt, primitive, blob, UnwindInfo.of(spoilt(rules)));
            }
        }
        Files.writeString(folder.resolve("states"), states);
        Files.writeString(folder.resolve("spoilt"), spoilt);
        assertThat(run(folder, wine, "windows.exe", "states")).endsWith(expected + " walks, 0 wrong\n");
        // epilogues (pop, ret) speak for themselves, whatever the codes say
        int epilogues = 2 + SaveSet.values().length;
        assertThat(run(folder, wine, "windows.exe", "spoilt"))
                .endsWith(expected + " walks, " + (expected - epilogues) + " wrong\n");
        run(folder, server, "--kill");
        run(folder, server, "--wait");
    }

    /** Not JUnit's temporary folder: that warns of each of the links out of it that Wine makes. */
    private final Path folder = temporaryFolder();

    private static Path temporaryFolder() {
        try {
            return Files.createTempDirectory("trapeze-wine");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @AfterEach
    void deleteTheFolder() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) { // which follows no link
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /** Every place 8 bytes off. */
    private static UnwindRules spoilt(UnwindRules rules) {
        return new UnwindRules(
                rules.blob(),
                rules.interrupted(),
                rules.rows().stream()
                        .map(row -> new UnwindRow(
                                row.offset(),
                                off(row.cfa()),
                                row.pc(),
                                row.registers(),
                                row.machineFrame().map(WineUnwindTest::off)))
                        .toList());
    }

    private static Formula off(Formula formula) {
        List<Integer> offsets = new ArrayList<>(formula.offsets());
        offsets.set(0, offsets.get(0) + 8);
        return new Formula(formula.register(), offsets);
    }

    private static void append(StringBuilder states, Primitive primitive, CodeBlob blob, UnwindInfo info) {
        states.append("load %s %s %s\n"
                .formatted(
                        HEX.formatHex(blob.bytes()),
                        HEX.formatHex(info.functionTable(0, 0x1000)),
                        HEX.formatHex(info.infos())));
        new WatchedPrimitive(Abi.WIN64, blob, 8).run(primitive, (processor, here, before, expected) -> {
            states.append("at %x\n".formatted(here.offset()));
            long alignment = (Long) expected.get("rsp") & 7; // as that of the pointers on this stack
            memory(states, processor, Scene.STACK_TOP - 0x1800 + alignment, Scene.STACK_TOP);
            memory(states, processor, Scene.G0_STACK_TOP - 0x200, Scene.G0_STACK_TOP);
            memory(states, processor, Scene.SCHED, Scene.SCHED + 0x180);
            for (int i = 0; i < 16; i++) {
                states.append("general %x %x\n".formatted(i, processor.general[i]));
                byte[] vector = processor.vectors[i];
                states.append("vector %x %x %x\n"
                        .formatted(
                                i,
                                LittleEndian.number(vector),
                                LittleEndian.number(Arrays.copyOfRange(vector, 8, 16))));
            }
            List<Register> left = info.left().getOrDefault(here.offset(), List.of());
            expected.forEach((name, value) -> {
                if (left.stream().noneMatch(r -> r.name().equals(name))) {
                    states.append("expect %s %x\n".formatted(numbered(name), lowerHalf(value)));
                }
            });
            states.append("walk\n");
        });
    }

    private static void memory(StringBuilder states, Processor processor, long low, long high) {
        states.append("memory %x %s\n".formatted(low, HEX.formatHex(processor.memory.image(low, high))));
    }

    private static String numbered(String name) {
        return name.equals("rip") || name.equals("rsp") || name.startsWith("xmm")
                ? name
                : String.valueOf(Registers.named(name).orElseThrow().number());
    }

    private static long lowerHalf(Object value) {
        if (value instanceof Long number) {
            return number;
        }
        String[] bytes = value.toString().replaceAll("[\\[\\]]", "").split(", ");
        long half = 0;
        for (int i = 7; i >= 0; i--) {
            half = half << 8 | Integer.parseInt(bytes[i]) & 0xFF;
        }
        return half;
    }

    private static String found(String program) {
        List<String> path = Arrays.asList(System.getenv("PATH").split(File.pathSeparator));
        String file = Stream.concat(path.stream(), Stream.of("/usr/lib/wine", "/usr/lib64/wine"))
                .map(directory -> Path.of(directory, program))
                .filter(Files::isExecutable)
                .map(Path::toString)
                .findFirst()
                .orElse("");
        assumeTrue(!file.isEmpty(), program + " is not installed (Debian: wine64, gcc-mingw-w64-x86-64)");
        return file;
    }

    private static String run(Path folder, String... command) throws IOException, InterruptedException {
        Path output = folder.resolve("output");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectError(folder.resolve("errors").toFile())
                .redirectOutput(output.toFile());
        builder.environment()
                .putAll(Map.of("WINEPREFIX", folder.resolve("wine").toString(), "WINEDEBUG", "-all", "DISPLAY", ""));
        Process process = builder.start();
        if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("gave up after " + SECONDS + " s: " + List.of(command));
        }
        return Files.readString(output).replace("\r", "");
    }
}
