// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter;

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

    static CodeBlob blob(Consumer<Assembler> body) {
        Assembler assembler = new Assembler();
        body.accept(assembler);
        return assembler.finish("code");
    }
}
