// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import java.util.function.Consumer;

/** Code written in one go, as hexadecimal digits. */
final class Code {
    private Code() {}

    /** Returns the bytes of what {@code body} emits. */
    static String hex(Consumer<Assembler> body) {
        return hex(blob(body));
    }

    static String hex(CodeBlob blob) {
        return HexFormat.ofDelimiter(" ").formatHex(blob.bytes());
    }

    /** Returns what {@code body} emits, which must be the same if nothing is recorded: other code writes it then. */
    static CodeBlob blob(Consumer<Assembler> body) {
        CodeBlob recorded = blob(new Assembler(), body);
        assertThat(hex(blob(new Assembler(false), body))).as("not recorded").isEqualTo(hex(recorded));
        return recorded;
    }

    private static CodeBlob blob(Assembler assembler, Consumer<Assembler> body) {
        body.accept(assembler);
        return assembler.finish("code");
    }
}
