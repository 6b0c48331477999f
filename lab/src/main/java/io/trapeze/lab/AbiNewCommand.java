// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.file.AbiFile;
import io.trapeze.trampolines.abi.file.AbiText;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code trapeze abi new}: begins a file, with every key in a comment. */
@Command(
        name = "new",
        header = "Begin an ABI file: its base, with every key in a comment.",
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = "  trapeze abi new mine.toml --extends sysv")
final class AbiNewCommand implements Callable<Integer> {
    @Parameters(paramLabel = "FILE", description = "The file to write; its name ends in .toml.")
    private Path file;

    @Option(
            names = "--extends",
            paramLabel = AbiChoice.LABEL,
            defaultValue = "sysv",
            completionCandidates = AbiChoice.class,
            description = "What it starts from: ${COMPLETION-CANDIDATES}, or a file; ${DEFAULT-VALUE} unless given.")
    private String base;

    @Option(names = "--force", description = "Overwrite the file if there is one.")
    private boolean force;

    @Override
    public Integer call() {
        if (!file.toString().endsWith(AbiFile.SUFFIX)) {
            throw new CommandException(
                    Exit.USAGE,
                    "'" + file + "' does not end in " + AbiFile.SUFFIX + ", and would be taken for a name",
                    "Name it " + file + AbiFile.SUFFIX);
        }
        if (!force && Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new CommandException(
                    Exit.FAILED, "there is a " + file + " already", "Name another file, or overwrite it with --force");
        }
        Abi abi = new AbiChoice().convert(base);
        OutputFile.write(file, AbiText.template(abi, extended()).getBytes(StandardCharsets.UTF_8));
        return Exit.FINE;
    }

    /** A file is named as seen from the folder of the new one. */
    private String extended() {
        if (!AbiChoice.isFile(base)) {
            return base;
        }
        Path folder = file.toAbsolutePath().normalize().getParent();
        String path = folder.relativize(AbiChoice.path(base).toAbsolutePath().normalize())
                .toString()
                .replace('\\', '/');
        return AbiFile.isNamed(path) ? path : "./" + path;
    }
}
