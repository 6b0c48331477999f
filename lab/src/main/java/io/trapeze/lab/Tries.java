// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** The options of commands that try cases until something is wrong. */
final class Tries {
    @Spec(Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--tries",
            paramLabel = "N",
            defaultValue = "1000",
            description = "How many cases to try; ${DEFAULT-VALUE} unless given.")
    private int tries;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Which cases; the same ones for the same number. ${DEFAULT-VALUE} unless given.")
    private long seed;

    /** Returns how many cases at most. */
    int most() {
        if (tries < 1) {
            throw new ParameterException(spec.commandLine(), "--tries is " + tries + ": it takes 1 or more");
        }
        return tries;
    }

    /** Returns which cases. */
    long seed() {
        return seed;
    }
}
