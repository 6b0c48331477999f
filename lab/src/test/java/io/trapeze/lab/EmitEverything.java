// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import io.trapeze.trampolines.Primitive;
import io.trapeze.trampolines.abi.Abi;
import java.util.List;

/** A program of its own: emits every primitive in every format, and ends with the highest status of all. */
final class EmitEverything {
    private EmitEverything() {}

    public static void main(String[] none) {
        int worst = 0;
        for (Primitive primitive : Primitive.values()) {
            for (Abi abi : Abi.builtIn()) {
                for (String format : List.of("listing", "hex", "bin", "json")) {
                    Session.Ending ending =
                            new Session().run("emit", primitive.symbol(), "--abi", abi.name(), "--format", format);
                    worst = Math.max(worst, ending.bytes().length > 0 ? ending.exit() : 1);
                }
            }
        }
        System.exit(worst);
    }
}
