// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import io.trapeze.emitter.CodeBlob;
import java.util.Map;

/**
 * A piece of machine code that somebody else made.
 *
 * @param name what its file calls it
 * @param address of its first byte
 * @param code its bytes
 * @param symbols offsets in it by name
 */
record ForeignSection(String name, long address, byte[] code, Map<String, Integer> symbols) {

    CodeBlob blob() {
        return CodeBlob.disassemble(name, code, address, symbols);
    }
}
