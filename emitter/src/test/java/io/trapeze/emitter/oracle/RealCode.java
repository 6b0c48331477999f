// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.oracle;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.Instruction;
import io.trapeze.emitter.decode.DecodedInstruction;
import io.trapeze.emitter.decode.Decoder;
import io.trapeze.emitter.text.SourceException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Our reading of a program's code, instruction by instruction beside objdump's. */
final class RealCode {
    private static final Pattern LINE = Pattern.compile(" *([0-9a-f]+):\t([0-9a-f ]+?) *\t(.*)");
    private static final int SHOWN = 4;
    /** So many texts are assembled at most. */
    private static final int MOST_TEXTS = 15_000;

    private final Map<String, Integer> missing = new TreeMap<>();
    private final Map<String, List<String>> differences = new TreeMap<>();
    private final Map<String, Integer> refused = new TreeMap<>();
    private final Set<String> texts = new HashSet<>();
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
        if (!theirs.contains("<") && texts.size() < MOST_TEXTS && texts.add(theirs)) {
            assemble(bytes, theirs);
        }
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

    /** Assembles what objdump prints: no more bytes, of which we make the text that objdump makes of the real ones. */
    private void assemble(byte[] bytes, String theirs) {
        String mnemonic = theirs.split(" ", 2)[0];
        try {
            CodeBlob ours = Assembler.parse(theirs);
            List<Instruction> read = ours.instructions(); // several if a prefix stands before it
            String text = Spelling.normal(read.get(0).textWithOffsets());
            if (ours.size() > bytes.length || read.size() == 1 && !text.equals(Spelling.normal(theirs))) {
                differences.computeIfAbsent(mnemonic, m -> new ArrayList<>()).add("'" + theirs + "' becomes " + text);
            }
        } catch (SourceException e) {
            refused.merge(mnemonic, 1, Integer::sum);
        }
    }

    /** Returns how many texts were assembled, each once. */
    int texts() {
        return texts.size();
    }

    /** Returns how many texts of which mnemonics we refuse to assemble. */
    Map<String, Integer> refused() {
        return refused;
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
