// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import io.trapeze.emitter.CodeBlob;
import io.trapeze.lab.render.Json;
import io.trapeze.trampolines.Primitive;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code trapeze emit}: writes the machine code of a primitive. Pure Java, so it works on any machine. */
@Command(
        name = "emit",
        header = "Write the machine code of a primitive; works on any machine.",
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  trapeze emit mcall",
            "  trapeze emit gogo --abi win64 --format bin -o gogo.bin",
            "  objdump -D -b binary -m i386:x86-64 -M intel gogo.bin"
        })
final class EmitCommand implements Callable<Integer> {
    private static final int BYTES_IN_A_LINE = 16;

    /** What the code is written as. */
    enum Format {
        /** Offset, bytes, Intel syntax and reason, one instruction a line. */
        LISTING,
        /** Two digits a byte, 16 bytes a line: what {@code xxd -r -p} reads. */
        HEX,
        /** The bytes themselves. */
        BIN,
        /** {@link EmittedCode}. */
        JSON
    }

    static final class PrimitiveChoice extends Choice<Primitive> {
        PrimitiveChoice() {
            super("primitive", Arrays.stream(Primitive.values()), Primitive::symbol);
        }
    }

    static final class AbiChoice extends Choice<Abi> {
        AbiChoice() {
            super("ABI", Abi.builtIn().stream(), Abi::name);
        }
    }

    static final class SaveSetChoice extends Choice<SaveSet> {
        SaveSetChoice() {
            super("save set", Arrays.stream(SaveSet.values()), SaveSet::label);
        }
    }

    static final class FormatChoice extends Choice<Format> {
        FormatChoice() {
            super(
                    "format",
                    Arrays.stream(Format.values()),
                    format -> format.name().toLowerCase(Locale.ROOT));
        }
    }

    private final TrapezeCommand trapeze;

    @Parameters(
            paramLabel = "PRIMITIVE",
            converter = PrimitiveChoice.class,
            completionCandidates = PrimitiveChoice.class,
            description = "Which one: ${COMPLETION-CANDIDATES}.")
    private Primitive primitive;

    @Option(
            names = "--abi",
            paramLabel = "ABI",
            defaultValue = "sysv",
            converter = AbiChoice.class,
            completionCandidates = AbiChoice.class,
            description = "For which calling convention: ${COMPLETION-CANDIDATES}; ${DEFAULT-VALUE} unless given.")
    private Abi abi;

    @Option(
            names = "--save-set",
            paramLabel = "SET",
            defaultValue = "sse",
            converter = SaveSetChoice.class,
            completionCandidates = SaveSetChoice.class,
            description = "Vector registers that async_preempt saves: ${COMPLETION-CANDIDATES}; ${DEFAULT-VALUE} unless"
                    + " given. The others save none beyond their ABI.")
    private SaveSet saveSet;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "listing",
            converter = FormatChoice.class,
            completionCandidates = FormatChoice.class,
            description = "Written how: ${COMPLETION-CANDIDATES}; ${DEFAULT-VALUE} unless given.")
    private Format format;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "Write to this file, wholly or not at all, in place of standard output.")
    private Path output;

    EmitCommand(TrapezeCommand trapeze) {
        this.trapeze = trapeze;
    }

    @Override
    public Integer call() {
        if (format == Format.BIN && output == null && trapeze.shell().outIsTerminal()) {
            throw new CommandException(
                    Exit.USAGE,
                    "machine code would garble the terminal",
                    "Name a file with -o, send it down a pipe, or take --format hex");
        }
        byte[] written = written(primitive.emit(abi, saveSet));
        if (output == null) {
            trapeze.shell().print(written);
        } else {
            OutputFile.write(output, written);
        }
        return Exit.FINE;
    }

    private byte[] written(CodeBlob blob) {
        return switch (format) {
            case BIN -> blob.bytes();
            case HEX -> utf8(hex(blob.bytes()));
            case LISTING -> utf8(heading(blob) + blob.listing());
            case JSON -> utf8(Json.of(EmittedCode.of(blob, abi)));
        };
    }

    private String heading(CodeBlob blob) {
        String saved = primitive == Primitive.ASYNC_PREEMPT ? ", save set " + saveSet.label() : "";
        return "; " + blob.name() + ", ABI " + abi.name() + saved + ", " + blob.size() + " bytes\n";
    }

    private static String hex(byte[] bytes) {
        int lines = (bytes.length + BYTES_IN_A_LINE - 1) / BYTES_IN_A_LINE;
        return IntStream.range(0, lines)
                .mapToObj(line -> HexFormat.of()
                                .formatHex(
                                        bytes,
                                        line * BYTES_IN_A_LINE,
                                        Math.min(bytes.length, (line + 1) * BYTES_IN_A_LINE))
                        + "\n")
                .collect(Collectors.joining());
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
