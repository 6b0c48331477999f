// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.code;

import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.Relocation;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.TreeSet;

/** Fills the places of a blob that depend on where it and other symbols are. */
public final class Linker {

    private Linker() {}

    /**
     * @param base where the blob will run
     * @param externals address of each symbol that the blob does not define
     * @return its bytes, ready to run at {@code base}
     */
    public static byte[] link(CodeBlob blob, long base, Map<String, Long> externals) {
        byte[] bytes = blob.bytes();
        ByteBuffer code = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (Relocation place : blob.relocations()) {
            long value = resolve(blob, base, place.symbol(), externals) + place.addend();
            switch (place.kind()) {
                case ABSOLUTE_64 -> code.putLong(place.offset(), value);
                case RELATIVE_32, BRANCH_32 ->
                    code.putInt(place.offset(), reach(blob, place, value - (base + place.offset())));
            }
        }
        return bytes;
    }

    private static long resolve(CodeBlob blob, long base, String symbol, Map<String, Long> externals) {
        Integer own = blob.symbols().get(symbol);
        if (own != null) {
            return base + own;
        }
        Long address = externals.get(symbol);
        if (address == null) {
            throw new LinkException("'" + blob.name() + "' refers to '" + symbol
                    + "', which is neither in it nor among the" + " externals " + new TreeSet<>(externals.keySet())
                    + ": pass its address to map(blob, externals)");
        }
        if (address == 0) {
            throw new LinkException("'" + blob.name() + "' refers to '" + symbol + "', whose address was given as 0");
        }
        return address;
    }

    private static int reach(CodeBlob blob, Relocation place, long distance) {
        if (distance != (int) distance) {
            throw new LinkException(
                    "'" + blob.name() + "' at offset " + place.offset() + " refers to '" + place.symbol()
                            + "', " + Math.abs(distance)
                            + " bytes away; a relative reference reaches 2,147,483,647. Map both in one"
                            + " arena, or call it through a register: mov r64, imm64 holds any address");
        }
        return (int) distance;
    }
}
