// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter;

import java.util.Map;
import java.util.TreeMap;

/** A blob as text: for each instruction its offset, bytes, Intel syntax and the reason the generator gave. */
final class Listing {
    private static final int BYTES_SHOWN = 11;

    private Listing() {}

    static String of(CodeBlob blob) {
        Map<Integer, String> names = names(blob);
        int textWidth = blob.instructions().stream()
                .mapToInt(i -> shown(i).length())
                .max()
                .orElse(0);
        int bytesWidth = blob.instructions().stream()
                .mapToInt(i -> Math.min(i.bytes().length, BYTES_SHOWN))
                .max()
                .orElse(0);
        StringBuilder text = new StringBuilder();
        for (Instruction instruction : blob.instructions()) {
            String name = names.remove(instruction.offset());
            if (name != null) {
                text.append(name).append(":\n");
            }
            String line = "%5x  %-" + bytesWidth * 3 + "s %-" + Math.min(textWidth, 44) + "s  %s";
            String note = instruction.reason().isEmpty() ? "" : "; " + instruction.reason();
            text.append(line.formatted(instruction.offset(), hex(instruction.bytes()), shown(instruction), note)
                            .stripTrailing())
                    .append('\n');
        }
        names.forEach((offset, name) -> text.append(name).append(":\n"));
        return text.toString();
    }

    private static String shown(Instruction i) {
        String text = i.text();
        boolean local = i.target().isPresent() && !i.target().get().external();
        return local ? text + " <0x" + Integer.toHexString(i.target().get().offset()) + ">" : text;
    }

    /** Symbols and the labels that instructions name, by offset. */
    private static Map<Integer, String> names(CodeBlob blob) {
        Map<Integer, String> names = new TreeMap<>();
        for (Instruction instruction : blob.instructions()) {
            instruction.target().filter(t -> !t.external()).ifPresent(t -> names.put(t.offset(), t.name()));
        }
        blob.symbols().forEach((name, offset) -> names.merge(offset, name, (a, b) -> a.equals(b) ? a : a + ", " + b));
        return names;
    }

    static String hex(byte[] bytes) {
        StringBuilder hex = new StringBuilder();
        for (int i = 0; i < Math.min(bytes.length, BYTES_SHOWN); i++) {
            hex.append(i == 0 ? "" : " ").append("%02x".formatted(bytes[i]));
        }
        return bytes.length > BYTES_SHOWN ? hex + "…" : hex.toString();
    }
}
