// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import io.trapeze.emitter.CodeBlob;
import io.trapeze.lab.render.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** {@code trapeze disasm}: shows what machine code says. Pure Java, so it works on any machine. */
@Command(
        name = "disasm",
        header = "Show machine code as Intel syntax; works on any machine.",
        description =
                "%nReads bytes, or the executable sections of an ELF file for x86-64. What is no instruction becomes"
                        + " .byte.",
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  trapeze disasm --hex \"48 89 e5 c3\"",
            "  trapeze disasm mcall.bin --base 0x401000",
            "  trapeze emit gogo --format bin | trapeze disasm -"
        })
final class DisasmCommand implements Callable<Integer> {
    private static final int MOST_BYTES = 1 << 27;

    /** Bytes of the command line: a type of its own, since picocli would take an array for several values. */
    record Bytes(byte[] code) {}

    /** Reads bytes in hexadecimal, with separators or none between them. */
    static final class HexBytes implements ITypeConverter<Bytes> {
        @Override
        public Bytes convert(String text) {
            String digits = text.replaceAll("0[xX]|[\\s,:;]", "");
            try {
                return new Bytes(HexFormat.of().parseHex(digits));
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException("'" + text
                        + "' is no sequence of bytes: write two hexadecimal digits for each, as in 48 89 e5");
            }
        }
    }

    /** An address, hexadecimal behind {@code 0x}. */
    static final class AddressNumber implements ITypeConverter<Long> {
        @Override
        public Long convert(String text) {
            try {
                boolean hex = text.startsWith("0x") || text.startsWith("0X");
                return hex ? Long.parseUnsignedLong(text.substring(2), 16) : Long.parseUnsignedLong(text);
            } catch (NumberFormatException e) {
                throw new TypeConversionException("'" + text + "' is no address: write it as in 0x401000");
            }
        }
    }

    /** Where the code comes from. */
    static final class Source {
        @Parameters(paramLabel = "FILE", description = "Bytes or an ELF file; - is standard input.")
        private String file;

        @Option(
                names = "--hex",
                paramLabel = "BYTES",
                converter = HexBytes.class,
                description = "The bytes themselves: two hexadecimal digits each.")
        private Bytes hex;
    }

    private final TrapezeCommand trapeze;

    @ArgGroup(exclusive = true, multiplicity = "1")
    private Source source;

    @Option(
            names = "--base",
            paramLabel = "ADDRESS",
            defaultValue = "0",
            converter = AddressNumber.class,
            description =
                    "Where the first byte lies; 0 unless given. The sections of an ELF file have addresses of their"
                            + " own.")
    private long base;

    @Option(names = "--json", description = "Write JSON.")
    private boolean json;

    DisasmCommand(TrapezeCommand trapeze) {
        this.trapeze = trapeze;
    }

    @Override
    public Integer call() {
        List<ForeignSection> sections = sections();
        if (json) {
            trapeze.shell()
                    .print(Json.of(sections.stream().map(DisassembledCode::of).toList()));
            return Exit.FINE;
        }
        for (ForeignSection section : sections) {
            trapeze.shell().print(sections.size() > 1 || !section.symbols().isEmpty() ? heading(section) : "");
            trapeze.shell().print(section.blob().listing(section.address()));
        }
        return Exit.FINE;
    }

    private static String heading(ForeignSection section) {
        return "; " + section.name() + ", " + section.code().length + " bytes\n";
    }

    private List<ForeignSection> sections() {
        byte[] bytes = source.hex != null ? source.hex.code() : read();
        return source.hex == null && ElfSections.isElf(bytes)
                ? ElfSections.executable(source.file, bytes)
                : List.of(new ForeignSection("code", base, bytes, Map.of()));
    }

    private byte[] read() {
        if (source.file.equals("-")) {
            return read(trapeze.shell().in());
        }
        try {
            Path file = Path.of(source.file);
            if (Files.size(file) > MOST_BYTES) {
                throw tooLarge();
            }
            try (InputStream in = Files.newInputStream(file)) {
                return read(in);
            }
        } catch (InvalidPathException e) {
            throw new CommandException(
                    Exit.USAGE,
                    "'" + source.file + "' is no name of a file: " + e.getReason(),
                    "Bytes themselves go behind --hex",
                    e);
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /** A device may have no end, and no size either. */
    private byte[] read(InputStream in) {
        try {
            byte[] bytes = in.readNBytes(MOST_BYTES + 1);
            if (bytes.length > MOST_BYTES) {
                throw tooLarge();
            }
            return bytes;
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private CommandException tooLarge() {
        return new CommandException(
                Exit.USAGE,
                source.file + " has more than " + MOST_BYTES + " bytes, the most that disasm reads",
                "Give the part that is code alone");
    }

    private CommandException unreadable(IOException e) {
        return Unreadable.because(source.file, e, "Bytes themselves go behind --hex");
    }

    /** A section as JSON shows it; see {@link EmittedCode.Line} for its lines. */
    record DisassembledCode(String name, String address, int size, List<EmittedCode.Line> instructions) {
        static DisassembledCode of(ForeignSection section) {
            CodeBlob blob = section.blob();
            return new DisassembledCode(
                    section.name(), "0x" + Long.toHexString(section.address()), blob.size(), EmittedCode.lines(blob));
        }
    }
}
