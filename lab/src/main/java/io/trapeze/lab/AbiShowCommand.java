// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import io.trapeze.lab.render.Json;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.file.AbiFile;
import io.trapeze.trampolines.abi.file.AbiText;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code trapeze abi show}: an ABI as the text of a file. */
@Command(
        name = "show",
        header = "Show an ABI as the text of a file.",
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {"  trapeze abi show win64", "  trapeze abi show go --diff sysv", "  trapeze abi show mine.toml --diff"
        })
final class AbiShowCommand implements Callable<Integer> {
    private static final String OWN_BASE = "";

    private final TrapezeCommand trapeze;

    @Parameters(
            paramLabel = AbiChoice.LABEL,
            completionCandidates = AbiChoice.class,
            description = "Which one: ${COMPLETION-CANDIDATES}, or a file.")
    private String name;

    @Option(
            names = "--diff",
            paramLabel = "BASE",
            arity = "0..1",
            fallbackValue = OWN_BASE,
            description = "Show only what differs from another ABI; unless named, from the one that the file extends.")
    private String base;

    @Option(names = "--json", description = "Print the description as JSON.")
    private boolean json;

    AbiShowCommand(TrapezeCommand trapeze) {
        this.trapeze = trapeze;
    }

    @Override
    public Integer call() {
        Optional<AbiFile> file =
                AbiChoice.isFile(name) ? Optional.of(AbiFile.read(AbiChoice.path(name))) : Optional.empty();
        Abi abi = file.map(AbiFile::abi).orElseGet(() -> new AbiChoice().convert(name));
        trapeze.shell()
                .print(
                        json
                                ? Json.of(AbiText.fields(abi))
                                : base == null ? AbiText.complete(abi) : difference(abi, file));
        return Exit.FINE;
    }

    private String difference(Abi abi, Optional<AbiFile> file) {
        if (!base.equals(OWN_BASE)) {
            return AbiText.difference(abi, new AbiChoice().convert(base), base);
        }
        AbiFile own = file.filter(f -> f.base().isPresent())
                .orElseThrow(() -> new CommandException(
                        Exit.USAGE,
                        "'" + name + "' extends nothing, so there is nothing it differs from",
                        "Name what to hold it against, as in --diff sysv"));
        return AbiText.difference(abi, own.base().orElseThrow(), own.extended().orElseThrow());
    }
}
