// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.oracle;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An assembler of another project: turns lines of Intel syntax into the bytes of each, as hexadecimal digits. */
enum ReferenceAssembler {
    /** GNU as; the bytes come from its listing. */
    GNU_AS(Tool.AS) {
        @Override
        List<String> assemble(Path directory, List<String> lines) {
            writeSource(directory, lines);
            tool().run(
                            directory,
                            "--64",
                            "-aln=code.lst",
                            "--listing-lhs-width=8",
                            "--listing-lhs-width2=8",
                            "--listing-cont-lines=8",
                            "-o",
                            "code.o",
                            "code.s");
            List<String> encodings = new ArrayList<>();
            StringBuilder bytes = new StringBuilder();
            int current = 1;
            for (String line : read(directory.resolve("code.lst"))) {
                Matcher row = LISTING.matcher(line);
                if (row.matches()) {
                    int number = Integer.parseInt(row.group(1));
                    if (number != current && current > 1) {
                        encodings.add(bytes.toString());
                    }
                    if (number != current) {
                        bytes.setLength(0);
                    }
                    current = number;
                    bytes.append(row.group(2).replace(" ", ""));
                }
            }
            encodings.add(bytes.toString());
            return encodings;
        }

        @Override
        void makeObject(Path directory) {
            tool().run(directory, "--64", "-o", "code.o", "code.s");
        }
    },

    /** llvm-mc; the bytes stand in a comment behind each instruction. */
    LLVM_MC(Tool.LLVM_MC) {
        @Override
        List<String> assemble(Path directory, List<String> lines) {
            writeSource(directory, lines);
            String text = tool().run(directory, "-triple=x86_64", FEATURES_OPTION, "--show-encoding", "code.s");
            List<String> encodings = new ArrayList<>();
            Matcher matcher = ENCODING.matcher(text);
            while (matcher.find()) {
                String bytes = matcher.group(1).replace("0x", "").replace(",", "");
                boolean prefixed = !encodings.isEmpty()
                        && encodings.get(encodings.size() - 1).matches("6[45]");
                // a segment before an instruction is one of its own there
                encodings.add(prefixed ? encodings.remove(encodings.size() - 1) + bytes : bytes);
            }
            return encodings;
        }

        @Override
        void makeObject(Path directory) {
            tool().run(directory, "-triple=x86_64", FEATURES_OPTION, "-filetype=obj", "-o", "code.o", "code.s");
        }
    };

    private static final Pattern LISTING =
            Pattern.compile(" *(\\d+) (?:[0-9a-f]{4,} | {5,})((?:[0-9A-F]+ ?)*)(?:\\s.*)?");
    private static final Pattern ENCODING = Pattern.compile("# encoding: \\[([^\\]]*)\\]");
    private static final byte[] SYNTAX = ".intel_syntax noprefix\n".getBytes(StandardCharsets.US_ASCII);
    private static final String FEATURES =
            "avx512f,+avx512vl,+avx512bw,+avx512dq,+avx512cd,+avx512vbmi,+avx512vbmi2,+avx512vnni"
                    + ",+avx512bitalg,+avx512bf16,+avx512vpopcntdq,+avx512ifma,+bmi,+bmi2,+lzcnt,+popcnt,+shstk,+pku"
                    + ",+rdpid,+fsgsbase,+rdrnd,+rdseed,+xsave,+xsaveopt,+xsavec,+xsaves,+cx16,+clflushopt,+sahf,+movbe"
                    + ",+movdiri,+movdir64b,+enqcmd,+adx,+crc32,+rtm,+prefetchwt1,+cldemote,+clwb,+ptwrite,+waitpkg,+wbnoinvd,+invpcid"
                    + ",+hreset,+uintr,+pconfig,+serialize,+mmx,+sse4.2,+aes,+pclmul,+sha,+gfni,+fma,+f16c,+vaes,+vpclmulqdq";

    /** Turns on every feature of processors that the table names. */
    static final String FEATURES_OPTION = "-mattr=+" + FEATURES;

    private final Tool tool;

    ReferenceAssembler(Tool tool) {
        this.tool = tool;
    }

    final Tool tool() {
        return tool;
    }

    /** Assembles one instruction a line; each gives one element of the result. */
    abstract List<String> assemble(Path directory, List<String> lines);

    /** Assembles {@code code.s} to {@code code.o}. */
    abstract void makeObject(Path directory);

    /** Assembles a whole program, labels and all, and returns its code. */
    final byte[] assembleProgram(Path directory, List<String> lines) {
        writeSource(directory, lines);
        makeObject(directory);
        return ElfText.read(directory.resolve("code.o"));
    }

    /** Assembles the first {@code length} bytes of {@code text} and returns its code; empty if a line of it is refused. */
    final Optional<byte[]> assemble(Path directory, byte[] text, int length) {
        writeSource(directory, text, length);
        try {
            makeObject(directory);
        } catch (AssertionError refused) {
            return Optional.empty();
        }
        return Optional.of(ElfText.read(directory.resolve("code.o")));
    }

    private static void writeSource(Path directory, List<String> lines) {
        byte[] text = text(lines);
        writeSource(directory, text, text.length);
    }

    private static byte[] text(List<String> lines) {
        return (String.join("\n", lines) + "\n").getBytes(StandardCharsets.US_ASCII);
    }

    private static void writeSource(Path directory, byte[] text, int length) {
        try (OutputStream out = Files.newOutputStream(directory.resolve("code.s"))) {
            out.write(SYNTAX);
            out.write(text, 0, length);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<String> read(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
