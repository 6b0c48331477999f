// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import io.trapeze.emitter.CodeBlob;
import io.trapeze.trampolines.CHeader;
import io.trapeze.trampolines.Omission;
import io.trapeze.trampolines.Primitive;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code trapeze emit}: writes the machine code of primitives. Pure Java, so it works on any machine. */
@Command(
        name = "emit",
        header = "Write the machine code of primitives; works on any machine.",
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  trapeze emit mcall",
            "  trapeze emit gogo --abi win64 --format bin -o gogo.bin",
            "  objdump -D -b binary -m i386:x86-64 -M intel gogo.bin",
            "  trapeze emit all --format elf -o switch.o",
            "  trapeze emit all --format c-header -o switch.h"
        })
final class EmitCommand implements Callable<Integer> {
    /** What one word of the command line names. */
    record Selection(String name, List<Primitive> primitives) {}

    static final class SelectionChoice extends Choice<Selection> {
        SelectionChoice() {
            super(
                    "primitive",
                    Stream.concat(
                            Arrays.stream(Primitive.values()).map(p -> new Selection(p.symbol(), List.of(p))),
                            Stream.of(new Selection("all", List.of(Primitive.values())))),
                    Selection::name);
        }
    }

    static final class FormatChoice extends Choice<CodeFormat> {
        FormatChoice() {
            super(
                    "format",
                    Arrays.stream(CodeFormat.values()).filter(format -> format != CodeFormat.ELF_EXE),
                    CodeFormat::label);
        }
    }

    private final TrapezeCommand trapeze;

    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "PRIMITIVE",
            arity = "1..*",
            converter = SelectionChoice.class,
            completionCandidates = SelectionChoice.class,
            description = "Which ones: ${COMPLETION-CANDIDATES}.")
    private List<Selection> selections;

    @Option(
            names = "--abi",
            paramLabel = "ABI",
            defaultValue = "sysv",
            converter = AbiChoice.class,
            completionCandidates = AbiChoice.class,
            description =
                    "For which calling convention: ${COMPLETION-CANDIDATES}, or a file (docs/abi-files.md); ${DEFAULT-VALUE}"
                            + " unless given.")
    private Abi abi;

    @Option(
            names = "--save-set",
            paramLabel = "SET",
            defaultValue = "sse",
            converter = SaveSetChoice.class,
            completionCandidates = SaveSetChoice.class,
            description = "Vector registers that async_preempt saves: ${COMPLETION-CANDIDATES}; ${DEFAULT-VALUE} unless"
                    + " given. auto is the widest that this machine has. The others save none beyond their ABI.")
    private SaveSet saveSet;

    @Option(
            names = "--omit",
            paramLabel = "REGISTER",
            split = ",",
            description =
                    "Forget registers that the ABI preserves, more with commas between: a lie, to see it found out.")
    private List<String> omitted = List.of();

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "listing",
            converter = FormatChoice.class,
            completionCandidates = FormatChoice.class,
            description = "Written how: ${COMPLETION-CANDIDATES}; ${DEFAULT-VALUE} unless given.")
    private CodeFormat format;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "Write to this file, wholly or not at all, in place of standard output, which is -.")
    private Path output;

    EmitCommand(TrapezeCommand trapeze) {
        this.trapeze = trapeze;
    }

    @Override
    public Integer call() {
        Set<Primitive> chosen = EnumSet.noneOf(Primitive.class);
        selections.forEach(selection -> chosen.addAll(selection.primitives()));
        WrittenCode.deliver(
                written(chosen, OmittedRegisters.of(omitted, abi, spec.commandLine())),
                format,
                Optional.ofNullable(output),
                trapeze.shell());
        return Exit.FINE;
    }

    private byte[] written(Set<Primitive> chosen, Omission omission) {
        if (format == CodeFormat.C_HEADER) {
            return CHeader.of(abi, chosen).getBytes(StandardCharsets.UTF_8);
        }
        List<CodeBlob> blobs = chosen.stream()
                .map(primitive -> primitive.emit(abi, saveSet, omission))
                .toList();
        return new WrittenCode(blobs, blob -> about(blob, omission), Optional.of(abi.name())).as(format);
    }

    private String about(CodeBlob blob, Omission omission) {
        boolean saves = blob.name().equals(Primitive.ASYNC_PREEMPT.symbol());
        return "; " + blob.name() + ", ABI " + abi.name() + (saves ? ", save set " + saveSet.label() : "")
                + (omission.any() ? ", omitting " + omission + " on purpose" : "") + ", " + blob.size() + " bytes";
    }
}
