// SPDX-License-Identifier: Apache-2.0
package io.trapeze.formats.object;

import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.Relocation;
import io.trapeze.formats.unwind.EhFrame;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Blobs as a program for Linux on x86-64: a static ELF file that needs no library, at addresses of its own.
 *
 * <p>Code is mapped readable and executable, data readable and writable, nothing is both; the stack is the kernel's, and no
 * code runs on it. The code's external labels are symbols of other blobs or of the data, and each must be found. Symbols
 * and unwind rules are there for debuggers.
 *
 * <p>The program starts at its entry symbol with RSP, a multiple of 16, pointing at the argument count (psABI 3.4.1). It has
 * nowhere to return to: it ends by a system call.
 *
 * <p>Immutable: {@link #data}, {@link #reserve} and {@link #image} return another program.
 */
public final class ElfExecutable {
    private static final int ALIGNMENT = 64;
    private static final int LARGEST = 1 << 30;

    /** Writable memory: what it starts with or, if that is nothing, zeros. */
    private record Data(String symbol, byte[] content, long size) {
        boolean zeros() {
            return content.length == 0;
        }
    }

    /** Memory at an address of its own. */
    private record Image(String section, long address, byte[] content, boolean code, Map<String, Long> symbols) {
        int flags() {
            return code ? ElfFile.EXECUTE : ElfFile.WRITE;
        }
    }

    private final Text text;
    private final EhFrame frames;
    private final String entry;
    private final List<Data> data;
    private final List<Image> images;
    private final Map<String, Long> addresses = new LinkedHashMap<>();
    private final long code;
    private final long framesStart;
    private final long dataStart;
    private final long end;

    private ElfExecutable(Text text, EhFrame frames, String entry, List<Data> data, List<Image> images) {
        this.text = text;
        this.frames = frames;
        this.entry = entry;
        this.data = data;
        this.images = images;
        code = ElfFile.afterHeaders((data.isEmpty() ? 2 : 3) + images.size());
        text.symbols().forEach((name, symbol) -> addresses.put(name, code + symbol.offset()));
        framesStart = ElfFile.aligned(code + text.bytes().length, Long.BYTES);
        dataStart = ElfFile.aligned(framesStart + framesLoaded().length, ElfFile.PAGE);
        long at = dataStart;
        for (Data item : data) {
            at = ElfFile.aligned(at, ALIGNMENT);
            if (addresses.put(item.symbol(), at) != null) {
                throw new ObjectException("symbol '" + item.symbol() + "' is taken: choose another name for the data");
            }
            at += item.size();
        }
        end = at;
        if (end - ElfFile.BASE > LARGEST) {
            throw new ObjectException("the program takes " + (end - ElfFile.BASE) + " bytes, but may have " + LARGEST
                    + ", so that its code reaches all of them: let it map large memory itself");
        }
    }

    /**
     * Returns the program that starts at a symbol of one of the blobs.
     *
     * @param entry the symbol, by custom {@code _start}
     * @throws ObjectException if no blob defines it, or two blobs define the same symbol
     */
    public static ElfExecutable of(String entry, CodeBlob... blobs) {
        Text text = Text.of(List.of(blobs));
        if (!text.symbols().containsKey(entry)) {
            throw new ObjectException("there is no symbol '" + entry + "' to start at"
                    + (text.symbols().isEmpty()
                            ? ""
                            : ", only " + String.join(", ", text.symbols().keySet()))
                    + ": define it where the program is to start");
        }
        return new ElfExecutable(text, EhFrame.of(blobs), entry, List.of(), List.of());
    }

    /**
     * Returns the program with writable memory that starts as {@code content}, aligned to 64.
     *
     * @throws ObjectException if the symbol is taken
     */
    public ElfExecutable data(String symbol, byte[] content) {
        return with(new Data(symbol, content.clone(), content.length));
    }

    /**
     * Returns the program with writable memory that starts as zeros, aligned to 64, and takes no room in the file.
     *
     * @param bytes its size, not negative; code and data together have at most 2^30
     * @throws ObjectException if the symbol is taken, or the size is out of range
     */
    public ElfExecutable reserve(String symbol, long bytes) {
        if (bytes < 0 || bytes > LARGEST) {
            throw new ObjectException("can't reserve " + bytes + " bytes for '" + symbol + "': 0 to " + LARGEST);
        }
        return with(new Data(symbol, new byte[0], bytes));
    }

    /**
     * Returns the program with memory that is mapped where the caller says, readable and either executable or writable: what
     * another process had there.
     *
     * @param section its name in the file, by custom with a dot before it
     * @param address a multiple of 4,096, where nothing else is
     * @param symbols addresses in it that debuggers are to know by name
     * @throws ObjectException if the address is not a multiple of 4,096
     */
    public ElfExecutable image(String section, long address, byte[] content, boolean code, Map<String, Long> symbols) {
        if (address % ElfFile.PAGE != 0) {
            throw new ObjectException("can't map memory at 0x" + Long.toHexString(address)
                    + ", because that is no multiple of " + ElfFile.PAGE + ": begin where its page begins");
        }
        Image more = new Image(section, address, content.clone(), code, new LinkedHashMap<>(symbols));
        List<Image> all = Stream.concat(images.stream(), Stream.of(more)).toList();
        return new ElfExecutable(text, frames, entry, data, all);
    }

    /** What has content comes first, so that the file needs not hold zeros. */
    private ElfExecutable with(Data item) {
        List<Data> more = Stream.concat(data.stream(), Stream.of(item)).toList();
        Stream<Data> ordered = Stream.concat(
                more.stream().filter(d -> !d.zeros()), more.stream().filter(Data::zeros));
        return new ElfExecutable(text, frames, entry, ordered.toList(), images);
    }

    /**
     * Returns the address of a symbol in the running program.
     *
     * @throws ObjectException if there is no such symbol
     */
    public long address(String symbol) {
        Long address = addresses.get(symbol);
        if (address == null) {
            throw new ObjectException("the program has no symbol '" + symbol + "', only " + addresses.keySet());
        }
        return address;
    }

    /**
     * Returns the file.
     *
     * @throws ObjectException if the code needs symbols that nothing defines; the message lists them
     */
    public byte[] bytes() {
        ElfFile file = new ElfFile();
        int executable = ElfFile.MAPPED | ElfFile.EXECUTE;
        int section = file.section(Text.NAME, executable, code, Text.ALIGNMENT, linked());
        byte[] unwind = framesLoaded();
        file.section(".eh_frame", ElfFile.MAPPED, framesStart, Long.BYTES, unwind);
        long size = framesStart + unwind.length - ElfFile.BASE;
        file.segment(executable, ElfFile.BASE, size, size);
        if (!data.isEmpty()) {
            byte[] content = content();
            int writable = ElfFile.MAPPED | ElfFile.WRITE;
            file.section(".data", writable, dataStart, ALIGNMENT, content);
            long zeros = ElfFile.aligned(dataStart + content.length, ALIGNMENT);
            file.zeros(".bss", zeros, ALIGNMENT, Math.max(0, end - zeros));
            file.segment(writable, dataStart, content.length, end - dataStart);
        }
        int[] imageSections = images.stream()
                .mapToInt(image -> file.image(image.section(), image.flags(), image.address(), image.content()))
                .toArray();
        text.symbols().forEach((name, s) -> file.symbol(name, s.type(), section, code + s.offset(), s.size()));
        for (Data d : data) {
            file.symbol(d.symbol(), ElfFile.DATA, section + (d.zeros() ? 3 : 2), address(d.symbol()), d.size());
        }
        for (int i = 0; i < imageSections.length; i++) {
            Image image = images.get(i);
            int in = imageSections[i];
            int type = image.code() ? ElfFile.FUNCTION : ElfFile.DATA;
            image.symbols().forEach((name, address) -> file.symbol(name, type, in, address, 0));
        }
        return file.executable(address(entry));
    }

    private byte[] framesLoaded() {
        return frames.loaded(framesStart, addresses);
    }

    private byte[] content() {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        data.stream().filter(d -> !d.zeros()).forEach(d -> {
            content.writeBytes(new byte[-content.size() & ALIGNMENT - 1]);
            content.writeBytes(d.content());
        });
        return content.toByteArray();
    }

    /** The code with every relocated place filled in. */
    private byte[] linked() {
        Set<String> missing = new TreeSet<>();
        text.relocations().forEach(place -> missing.add(place.symbol()));
        missing.removeAll(addresses.keySet());
        if (!missing.isEmpty()) {
            throw new ObjectException("the code needs " + String.join(", ", missing)
                    + ", which nothing defines: add a blob or data of that name, or link an object file instead");
        }
        ByteBuffer linked = ByteBuffer.wrap(text.bytes().clone()).order(ByteOrder.LITTLE_ENDIAN);
        for (Relocation place : text.relocations()) {
            long value = address(place.symbol()) + place.addend();
            if (place.kind() == Relocation.Kind.ABSOLUTE_64) {
                linked.putLong(place.offset(), value);
            } else {
                linked.putInt(place.offset(), Math.toIntExact(value - code - place.offset()));
            }
        }
        return linked.array();
    }
}
