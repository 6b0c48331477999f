// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.oracle;

import io.trapeze.emitter.Instruction;
import io.trapeze.emitter.decode.DecodedInstruction;
import io.trapeze.emitter.decode.Decoder;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Our reading of a program's code, instruction by instruction beside objdump's. */
final class RealCode {
    private static final Pattern LINE = Pattern.compile(" *([0-9a-f]+):\t([0-9a-f ]+?) *\t(.*)");
    private static final int SHOWN = 4;

    private final Map<String, Integer> missing = new TreeMap<>();
    private final Map<String, List<String>> differences = new TreeMap<>();
    private int instructions;
    private int decoded;

    private RealCode() {}

    /** Reads the {@code .text} section of an ELF file. */
    static RealCode of(Path file) {
        RealCode code = new RealCode();
        try {
            Process objdump = new ProcessBuilder(
                            "objdump", "-d", "-M", "intel", "-j", ".text", "--insn-width=16", file.toString())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try (BufferedReader lines = objdump.inputReader(StandardCharsets.US_ASCII)) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    Matcher matcher = LINE.matcher(line);
                    if (matcher.matches() && !matcher.group(3).startsWith("(bad)")) {
                        byte[] bytes = HexFormat.of().parseHex(matcher.group(2).replace(" ", ""));
                        code.compare(Long.parseLong(matcher.group(1), 16), bytes, matcher.group(3));
                    }
                }
            }
            if (objdump.waitFor() != 0) {
                throw new AssertionError("objdump cannot read " + file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while objdump ran", e);
        }
        return code;
    }

    private void compare(long address, byte[] bytes, String theirs) {
        instructions++;
        byte[] more = Arrays.copyOf(bytes, bytes.length + 4); // an instruction must know where it ends
        Optional<DecodedInstruction> own = Decoder.decode(more, 0);
        if (own.isEmpty()) {
            missing.merge(theirs.split(" ", 2)[0], 1, Integer::sum);
            return;
        }
        decoded++;
        int length = own.get().fields().length();
        String text = length > bytes.length
                ? "something longer"
                : new Instruction(
                                (int) address,
                                Arrays.copyOf(bytes, length),
                                Optional.of(own.get().form()),
                                false,
                                Optional.empty(),
                                "",
                                "")
                        .textWithOffsets();
        String ours = Spelling.normal(text);
        String wanted = Spelling.normal(theirs);
        if (length != bytes.length || !ours.equals(wanted)) {
            differences
                    .computeIfAbsent(theirs.split(" ", 2)[0], m -> new ArrayList<>())
                    .add("%x: %s: ours %s (%d bytes), objdump %s"
                            .formatted(address, HexFormat.of().formatHex(bytes), ours, length, wanted));
        }
    }

    int instructions() {
        return instructions;
    }

    int decoded() {
        return decoded;
    }

    /** Returns how many instructions of which mnemonics we did not decode. */
    Map<String, Integer> missing() {
        return missing;
    }

    /** Returns some of what we read otherwise, for each mnemonic. */
    List<String> differences() {
        return differences.values().stream()
                .flatMap(list -> list.stream().limit(SHOWN))
                .toList();
    }
}
