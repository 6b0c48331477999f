// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.object;

import io.trapeze.emitter.CodeBlob;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Blobs as an ELF64 object file ({@code .o}), for linkers on x86-64.
 *
 * <p>Symbols of the blobs become global: functions, or objects where data stand, with their sizes. What the blobs name and do
 * not define stays undefined. The file asks for no executable stack, and its code is position-independent unless a blob holds an
 * absolute address.
 */
public final class ElfObject {
    private ElfObject() {}

    /**
     * Returns the file, with all blobs in its {@code .text}.
     *
     * @throws ObjectException if there is no blob, or two define the same symbol
     */
    public static byte[] of(CodeBlob... blobs) {
        return of(List.of(blobs), List.of());
    }

    /**
     * Returns the file, with sections beside the code.
     *
     * @throws ObjectException if there is no blob, or two define the same symbol
     */
    public static byte[] of(List<CodeBlob> blobs, List<Section> sections) {
        Text text = Text.of(blobs);
        ElfFile file = new ElfFile();
        Set<String> undefined = new LinkedHashSet<>();
        int code = file.section(Text.NAME, ElfFile.MAPPED | ElfFile.EXECUTE, 0, Text.ALIGNMENT, text.bytes());
        text.relocations().forEach(place -> undefined.add(place.symbol()));
        for (Section s : sections) {
            file.section(s.name(), ElfFile.MAPPED, 0, s.alignment(), s.bytes());
            s.relocations().forEach(place -> undefined.add(place.symbol()));
        }
        file.section(".note.GNU-stack", 0, 0, 1, new byte[0]);
        text.symbols().forEach((name, s) -> file.symbol(name, s.type(), code, s.offset(), s.size()));
        undefined.removeAll(text.symbols().keySet());
        undefined.remove(Text.NAME);
        undefined.forEach(name -> file.symbol(name, ElfFile.UNDEFINED, 0, 0, 0));
        file.relocations(Text.NAME, code, text.relocations());
        for (int i = 0; i < sections.size(); i++) {
            file.relocations(
                    sections.get(i).name(), code + 1 + i, sections.get(i).relocations());
        }
        return file.object();
    }
}
