// SPDX-License-Identifier: Apache-2.0
package io.trapeze.formats.object;

import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.Relocation;
import io.trapeze.formats.unwind.EhFrame;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Blobs as an ELF64 object file ({@code .o}), for linkers on x86-64.
 *
 * <p>Symbols of the blobs become global: functions, or objects where data stand, with their sizes. What the blobs name and do
 * not define stays undefined. Unwind rules, where blobs have some, become an {@code .eh_frame}. The file asks for no
 * executable stack, and its code is position-independent unless a blob holds an absolute address.
 */
public final class ElfObject {
    private static final String FRAMES = ".eh_frame";

    private ElfObject() {}

    /**
     * Returns the file, with all blobs in its {@code .text}.
     *
     * @throws ObjectException if there is no blob, or two define the same symbol
     * @throws io.trapeze.formats.unwind.UnwindException if the unwind rules of a blob cannot be derived
     */
    public static byte[] of(CodeBlob... blobs) {
        Text text = Text.of(List.of(blobs));
        EhFrame frames = EhFrame.of(blobs);
        ElfFile file = new ElfFile();
        int code = file.section(Text.NAME, ElfFile.MAPPED | ElfFile.EXECUTE, 0, Text.ALIGNMENT, text.bytes());
        if (!frames.relocations().isEmpty()) {
            file.section(FRAMES, ElfFile.MAPPED, 0, Long.BYTES, frames.bytes());
        }
        file.section(".note.GNU-stack", 0, 0, 1, new byte[0]);
        text.symbols().forEach((name, s) -> file.symbol(name, s.type(), code, s.offset(), s.size()));
        Set<String> undefined = new LinkedHashSet<>();
        text.relocations().forEach(place -> undefined.add(place.symbol()));
        undefined.removeAll(text.symbols().keySet());
        undefined.forEach(name -> file.symbol(name, ElfFile.UNDEFINED, 0, 0, 0));
        file.relocations(Text.NAME, code, text.relocations());
        // by the section, for a global symbol may be another's when a shared library is loaded
        List<Relocation> local = frames.relocations().stream()
                .map(place -> new Relocation(
                        place.offset(),
                        place.kind(),
                        Text.NAME,
                        text.symbols().get(place.symbol()).offset() + place.addend()))
                .toList();
        file.relocations(FRAMES, code + 1, local);
        return file.object();
    }
}
