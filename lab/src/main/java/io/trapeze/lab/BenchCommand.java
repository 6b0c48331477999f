// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code trapeze bench}: what can be measured. */
@Command(name = "bench", header = "Measure, side by side with peers.", synopsisSubcommandLabel = "WHAT")
final class BenchCommand implements Runnable {
    private final TrapezeCommand trapeze;

    @Spec
    private CommandSpec spec;

    BenchCommand(TrapezeCommand trapeze) {
        this.trapeze = trapeze;
    }

    /** Without a subcommand there is nothing to do but to name them. */
    @Override
    public void run() {
        trapeze.shell().complain(spec.commandLine().getUsageMessage(Help.Ansi.OFF));
        throw new CommandException(Exit.USAGE, "nothing named to measure", "Choose one of those above");
    }
}
