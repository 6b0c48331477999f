// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import io.trapeze.emitter.CodeBlob;
import io.trapeze.formats.object.AssemblerText;
import io.trapeze.formats.object.ElfExecutable;
import io.trapeze.formats.object.ElfObject;
import io.trapeze.formats.object.ObjectException;
import io.trapeze.lab.render.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Code in the formats that the commands offer.
 *
 * @param blobs at least one
 * @param about what stands above a blob's listing, a line without its end
 * @param abi name of the convention it was made for, if it was made for one
 */
record WrittenCode(List<CodeBlob> blobs, Function<CodeBlob, String> about, Optional<String> abi) {
    /** Where an executable starts. */
    static final String ENTRY = "_start";

    private static final int BYTES_IN_A_LINE = 16;

    /**
     * Returns the bytes of a file in a format, any but {@link CodeFormat#C_HEADER}.
     *
     * @throws CommandException if the format cannot hold this code
     */
    byte[] as(CodeFormat format) {
        CodeBlob[] all = blobs.toArray(CodeBlob[]::new);
        try {
            return switch (format) {
                case BIN -> single(format).bytes();
                case HEX -> utf8(hex(single(format).bytes()));
                case LISTING ->
                    utf8(blobs.stream()
                            .map(blob -> about.apply(blob) + "\n" + blob.listing())
                            .collect(Collectors.joining("\n")));
                case JSON -> utf8(json());
                case ELF -> ElfObject.of(all);
                case ELF_EXE -> ElfExecutable.of(ENTRY, all).bytes();
                case GAS -> utf8(AssemblerText.GAS.of(all));
                case NASM -> utf8(AssemblerText.NASM.of(all));
                case C_HEADER ->
                    throw new IllegalArgumentException("a header tells of layouts, which code has none of");
            };
        } catch (ObjectException e) {
            String[] told = e.getMessage().split(": ", 2); // what is wrong: what to do
            throw new CommandException(
                    Exit.FAILED,
                    "can't write this as " + format.label() + ": " + told[0],
                    told.length < 2 ? "Take another format" : capitalised(told[1]),
                    e);
        }
    }

    /** Writes them to a file or, if there is none or it is {@code -}, to standard output, but for bytes to a terminal. */
    static void deliver(byte[] written, CodeFormat format, Optional<Path> file, Shell shell) {
        if (file.isPresent() && !file.get().toString().equals("-")) {
            OutputFile.write(file.get(), "-o", written, format == CodeFormat.ELF_EXE);
        } else if (format.binary() && shell.outIsTerminal()) {
            throw new CommandException(
                    Exit.USAGE,
                    "machine code would garble the terminal",
                    "Name a file with -o, send it down a pipe, or take --format hex");
        } else {
            shell.print(written);
        }
    }

    private static String capitalised(String text) {
        return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
    }

    private CodeBlob single(CodeFormat format) {
        if (blobs.size() > 1) {
            throw new CommandException(
                    Exit.USAGE,
                    "--format " + format.label() + " holds the bytes of one piece of code, not of " + blobs.size(),
                    "Name one, or take --format elf, which tells them apart");
        }
        return blobs.get(0);
    }

    private String json() {
        List<EmittedCode> codes =
                blobs.stream().map(blob -> EmittedCode.of(blob, abi)).toList();
        return Json.of(codes.size() == 1 ? codes.get(0) : codes);
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
