// SPDX-License-Identifier: Apache-2.0
package io.trapeze.formats.object;

import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.Relocation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Blobs one after the other: the content of a section {@code .text}.
 *
 * @param bytes the code; what lies between two blobs traps
 * @param symbols of all blobs, by name
 * @param relocations of all blobs, at their offsets
 */
record Text(byte[] bytes, Map<String, Symbol> symbols, List<Relocation> relocations) {
    static final String NAME = ".text";
    /** Each blob starts at a multiple of it, as where it is mapped in a running program. */
    static final int ALIGNMENT = 64;
    /** INT3. */
    static final int TRAP = 0xCC;

    /** What a name stands for: offset and size in bytes, and a type of {@link ElfFile}'s. */
    record Symbol(int type, int offset, int size) {}

    /**
     * Puts blobs together.
     *
     * @throws ObjectException if there is none, or two define the same symbol
     */
    static Text of(List<CodeBlob> blobs) {
        if (blobs.isEmpty()) {
            throw new ObjectException("there is no code: give at least one blob");
        }
        byte[] bytes = new byte[0];
        Map<String, Symbol> symbols = new LinkedHashMap<>();
        List<Relocation> relocations = new ArrayList<>();
        for (CodeBlob blob : blobs) {
            int end = bytes.length;
            int start = (int) ElfFile.aligned(end, ALIGNMENT);
            bytes = Arrays.copyOf(bytes, start + blob.size());
            Arrays.fill(bytes, end, start, (byte) TRAP);
            System.arraycopy(blob.bytes(), 0, bytes, start, blob.size());
            for (String name : blob.symbols().keySet()) {
                if (symbols.put(name, symbol(blob, name, start)) != null) {
                    throw new ObjectException("symbol '" + name + "' of blob '" + blob.name()
                            + "' is also one of a blob before it: rename one of them, or write two files");
                }
            }
            for (Relocation r : blob.relocations()) {
                relocations.add(new Relocation(start + r.offset(), r.kind(), r.symbol(), r.addend()));
            }
        }
        return new Text(bytes, symbols, relocations);
    }

    /** A symbol reaches to the next one; it is a function unless data stand there. */
    private static Symbol symbol(CodeBlob blob, String name, int start) {
        int at = blob.offset(name);
        int end = blob.symbols().values().stream().filter(o -> o > at).reduce(blob.size(), Math::min);
        boolean data = blob.instructions().stream()
                .anyMatch(i -> i.offset() == at && i.form().isEmpty());
        return new Symbol(data ? ElfFile.DATA : ElfFile.FUNCTION, start + at, end - at);
    }
}
