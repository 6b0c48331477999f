// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code trapeze abi}: descriptions of calling conventions, built in and in files. */
@Command(
        name = "abi",
        header = "List, show, check and begin descriptions of calling conventions.",
        synopsisSubcommandLabel = "WHAT")
final class AbiCommand implements Runnable {
    private final TrapezeCommand trapeze;

    @Spec
    private CommandSpec spec;

    AbiCommand(TrapezeCommand trapeze) {
        this.trapeze = trapeze;
    }

    /** Without a subcommand there is nothing to do but to name them. */
    @Override
    public void run() {
        trapeze.shell().complain(spec.commandLine().getUsageMessage(Help.Ansi.OFF));
        throw new CommandException(Exit.USAGE, "nothing named to do with ABIs", "Choose one of those above");
    }
}
