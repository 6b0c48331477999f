// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.text.Source;
import io.trapeze.emitter.text.SourceException;
import io.trapeze.emitter.text.TextAssembler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code trapeze asm}: writes the machine code of a file in Intel syntax. Pure Java, so it works on any machine. */
@Command(
        name = "asm",
        header = "Assemble a file in Intel syntax; works on any machine.",
        description = "%nReads what GNU as reads behind .intel_syntax noprefix (docs/assembler.md).",
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  trapeze asm code.s",
            "  trapeze asm code.s --format elf -o code.o",
            "  echo 'lock xadd [rdi], rax' | trapeze asm - --format hex"
        })
final class AsmCommand implements Callable<Integer> {
    static final class FormatChoice extends Choice<CodeFormat> {
        FormatChoice() {
            super(
                    "format",
                    Arrays.stream(CodeFormat.values()).filter(format -> format != CodeFormat.C_HEADER),
                    CodeFormat::label);
        }
    }

    private final TrapezeCommand trapeze;

    @Parameters(paramLabel = "FILE", description = "The source; - is standard input.")
    private String file;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "listing",
            converter = FormatChoice.class,
            completionCandidates = FormatChoice.class,
            description =
                    "Written how: ${COMPLETION-CANDIDATES}; ${DEFAULT-VALUE} unless given. elf-exe starts at _start.")
    private CodeFormat format;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "Write to this file, wholly or not at all, in place of standard output, which is -.")
    private Path output;

    AsmCommand(TrapezeCommand trapeze) {
        this.trapeze = trapeze;
    }

    @Override
    public Integer call() {
        Source source = SourceFile.read(file, trapeze.shell());
        requireAnotherFile();
        try {
            CodeBlob blob = TextAssembler.blob(source);
            byte[] written = new WrittenCode(List.of(blob), AsmCommand::about, Optional.empty()).as(format);
            WrittenCode.deliver(written, format, Optional.ofNullable(output), trapeze.shell());
            return Exit.FINE;
        } catch (SourceException e) {
            trapeze.shell().complain(SourceReport.of(source, e, trapeze.errStyle()));
            return Exit.FAILED;
        }
    }

    /** Nobody wants the source to be replaced by its code. */
    private void requireAnotherFile() {
        try {
            if (output != null
                    && !file.equals("-")
                    && Files.isRegularFile(output)
                    && Files.isSameFile(Path.of(file), output)) {
                throw new CommandException(
                        Exit.USAGE, output + " is the source, and would be lost", "Name another file with -o");
            }
        } catch (IOException e) {
            throw Unreadable.because(file, e, "A source is named as in hello.s");
        }
    }

    private static String about(CodeBlob blob) {
        return "; " + blob.name() + ", " + blob.size() + " bytes";
    }
}
