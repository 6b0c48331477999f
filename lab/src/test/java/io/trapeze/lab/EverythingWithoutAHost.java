// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import io.trapeze.trampolines.Primitive;
import io.trapeze.trampolines.abi.Abi;
import java.util.List;

/** A program of its own: runs all that works, or says that it doesn't, on a machine that code can't run on. */
final class EverythingWithoutAHost {
    private EverythingWithoutAHost() {}

    public static void main(String[] none) {
        for (Primitive primitive : Primitive.values()) {
            for (Abi abi : Abi.builtIn()) {
                for (String format : List.of("listing", "hex", "bin", "json")) {
                    expect(Exit.FINE, "emit " + primitive.symbol() + " --abi " + abi.name() + " --format " + format);
                }
            }
        }
        expect(Exit.IMPOSSIBLE, "run");
        expect(Exit.IMPOSSIBLE, "doctor");
        expect(Exit.IMPOSSIBLE, "doctor --json");
        System.out.println("all as expected");
    }

    private static void expect(int status, String line) {
        Session.Ending ending = new Session().type(line);
        if (ending.exit() != status) {
            throw new IllegalStateException(
                    line + ": expected status " + status + ", found " + ending.exit() + "\n" + ending.err());
        }
    }
}
