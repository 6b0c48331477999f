// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.grack.nanojson.JsonArray;
import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import com.grack.nanojson.JsonParserException;
import io.trapeze.emitter.CodeBlob;
import io.trapeze.lab.Session.Ending;
import io.trapeze.trampolines.Primitive;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("trapeze disasm")
class DisasmCommandTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource
    void readsInAFileAndFromStandardInputWhatWasEmitted(Primitive primitive) throws IOException {
        CodeBlob blob = primitive.emit(Abi.WIN64, SaveSet.AVX512);
        Path file = Files.write(folder.resolve("code.bin"), blob.bytes());
        Ending ending = new Session().run("disasm", file.toString());
        assertThat(ending.exit()).as(ending.err()).isZero();
        assertThat(ending.out())
                .isEqualTo(CodeBlob.disassemble("code", blob.bytes()).listing())
                .doesNotContain(".byte");
        assertThat(new Session().reading(blob.bytes()).type("disasm -").out()).isEqualTo(ending.out());
    }

    @ParameterizedTest
    @ValueSource(strings = {"4889e5", "48 89 e5", "48:89:E5", "0x48, 0x89, 0xe5", "48,89;e5"})
    void takesBytesHoweverTheyAreSeparated(String hex) {
        assertThat(new Session().run("disasm", "--hex", hex).out()).isEqualTo("    0  48 89 e5  mov rbp, rsp\n");
    }

    @Test
    void tellsInJsonWhatEachByteBelongsTo() throws JsonParserException {
        JsonArray sections = JsonParser.array()
                .from(new Session()
                        .run("disasm", "--json", "--base", "4096", "--hex", "66662e0f1f840000000000 06")
                        .out());
        JsonObject code = sections.getObject(0);
        assertThat(code.getString("address")).isEqualTo("0x1000");
        assertThat(code.getInt("size")).isEqualTo(12);
        JsonObject nop = code.getArray("instructions").getObject(0);
        assertThat(nop.getString("text")).isEqualTo("nop word ptr [rax + rax*1]");
        assertThat(nop.getObject("fields"))
                .containsEntry("prefixes", "66662e")
                .containsEntry("opcode", "0f1f")
                .containsEntry("displacement", "00000000");
        assertThat(code.getArray("instructions").getObject(1).getObject("fields"))
                .isEmpty();
    }

    @Test
    void namesTheFunctionsOfAnElfFile() throws IOException {
        Path file = Files.write(folder.resolve("two.elf"), elf(64));
        assertThat(new Session().run("disasm", file.toString()).out()).isEqualTo("""
                ; .text, 9 bytes
                first:
                400000  31 c0           xor eax, eax
                400002  e8 01 00 00 00  call second <0x400008>
                400007  c3              ret
                second:
                400008  c3              ret
                """);
    }

    /** A file of headers, .text, symbols, names of symbols and names of sections, in this order. */
    private static byte[] elf(int sectionHeaders) {
        ByteBuffer file = ByteBuffer.allocate(1024).order(ByteOrder.LITTLE_ENDIAN);
        file.put(0, new byte[] {0x7F, 'E', 'L', 'F', 2, 1, 1});
        file.putShort(16, (short) 2).putShort(18, (short) 62).putLong(40, sectionHeaders);
        file.putShort(58, (short) 64).putShort(60, (short) 5).putShort(62, (short) 4);
        section(file, 1, 1, 1, 6, 0x400000, 512, 9, 0);
        section(file, 2, 7, 2, 0, 0, 600, 48, 3);
        section(file, 3, 0, 3, 0, 0, 700, 14, 0);
        section(file, 4, 0, 3, 0, 0, 800, 20, 0);
        file.put(512, new byte[] {0x31, (byte) 0xC0, (byte) 0xE8, 1, 0, 0, 0, (byte) 0xC3, (byte) 0xC3});
        file.putInt(600, 1).put(604, (byte) 2).putShort(606, (short) 1).putLong(608, 0x400000);
        file.putInt(624, 7).put(628, (byte) 2).putShort(630, (short) 1).putLong(632, 0x400008);
        file.put(700, "\0first\0second\0".getBytes(StandardCharsets.US_ASCII));
        file.put(800, "\0.text\0.symtab\0".getBytes(StandardCharsets.US_ASCII));
        return file.array();
    }

    private static void section(
            ByteBuffer file,
            int index,
            int name,
            int type,
            long flags,
            long address,
            long offset,
            long size,
            int link) {
        int at = 64 + index * 64;
        file.putInt(at, name).putInt(at + 4, type).putLong(at + 8, flags).putLong(at + 16, address);
        file.putLong(at + 24, offset).putLong(at + 32, size).putInt(at + 40, link);
    }

    @Test
    void anElfFileThatPointsOutsideItselfIsRefused() throws IOException {
        Path file = Files.write(folder.resolve("broken.elf"), elf(Integer.MAX_VALUE));
        Ending ending = new Session().run("disasm", file.toString());
        assertThat(ending.exit()).isEqualTo(Exit.FAILED);
        assertThat(ending.err()).contains("broken.elf begins as an ELF file, but points outside itself. Look at it");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1 | 1 | 3   | i386, 32 bits",
                "1 | 1 | 62  | x86-64, 32 bits",
                "2 | 1 | 183 | AArch64, 64 bits",
                "2 | 2 | 22  | S/390, 64 bits, big-endian",
                "2 | 1 | 999 | machine 999, 64 bits",
            })
    void anElfFileForAnotherMachineIsRefused(byte bits, byte order, short machine, String target) throws IOException {
        byte[] elf = elf(64);
        elf[4] = bits;
        elf[5] = order;
        ByteBuffer.wrap(elf)
                .order(order == 2 ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN)
                .putShort(18, machine);
        Path file = Files.write(folder.resolve("foreign.elf"), elf);
        Ending ending = new Session().run("disasm", file.toString());
        assertThat(ending.err())
                .isEqualTo("trapeze: " + file + " is an ELF file for " + target
                        + ", and disasm reads those for x86-64, 64 bits. Name another file.\n");
        assertThat(ending.exit()).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource({"58, 0", "60, -1", "62, 9"})
    void sectionHeadersThatLieOutsideAreRefused(int field, short value) throws IOException {
        byte[] elf = elf(64);
        ByteBuffer.wrap(elf).order(ByteOrder.LITTLE_ENDIAN).putShort(field, value);
        Path file = Files.write(folder.resolve("broken.elf"), elf);
        Ending ending = new Session().run("disasm", file.toString());
        assertThat(ending.err()).contains("broken.elf begins as an ELF file, but points outside itself. Look at it");
        assertThat(ending.exit()).isEqualTo(Exit.FAILED);
    }

    @Test
    void aSectionThatIsLargerThanItsFileIsRefused() throws IOException {
        byte[] elf = elf(64);
        ByteBuffer.wrap(elf).order(ByteOrder.LITTLE_ENDIAN).putLong(64 + 64 + 32, Integer.MAX_VALUE);
        Path file = Files.write(folder.resolve("broken.elf"), elf);
        assertThat(new Session().run("disasm", file.toString()).err()).contains("but points outside itself");
    }

    @Test
    void aNumberOfSectionsMayStandInTheFirstHeader() throws IOException {
        byte[] elf = elf(64);
        ByteBuffer.wrap(elf)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putShort(60, (short) 0)
                .putLong(64 + 32, 5)
                .putShort(62, (short) 0xFFFF)
                .putInt(64 + 40, 4);
        Path file = Files.write(folder.resolve("many.elf"), elf);
        assertThat(new Session().run("disasm", file.toString()).out()).startsWith("; .text, 9 bytes\nfirst:\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "disasm | 2 | Missing",
                "disasm /no/such/file | 2 | there is no file /no/such/file. Bytes themselves go behind --hex.",
                "disasm --hex 4 | 2 | '4' is no sequence of bytes",
                "disasm --hex 90 --base ten | 2 | 'ten' is no address: write it as in 0x401000",
                "disasm --hex 90 code.bin | 2 | unexpected argument",
            })
    void saysWhatIsWrongWithItsArguments(String line, int exit, String message) {
        Ending ending = new Session().type(line);
        assertThat(ending.err()).containsIgnoringCase(message);
        assertThat(ending.exit()).isEqualTo(exit);
    }

    @Test
    void readsNoFurtherThanItTakes() throws IOException {
        Path large = folder.resolve("large.bin");
        try (RandomAccessFile file = new RandomAccessFile(large.toFile(), "rw")) {
            file.setLength(300_000_000);
        }
        Ending ending = new Session().run("disasm", large.toString());
        assertThat(ending.err()).startsWith("trapeze: " + large + " has more than 134217728 bytes, the most that");
        assertThat(ending.exit()).isEqualTo(2);
    }

    @Test
    void aDeviceWithoutAnEndIsRefused() {
        assumeTrue(Files.exists(Path.of("/dev/zero")), "this system has no /dev/zero");
        Ending ending = new Session().run("disasm", "/dev/zero");
        assertThat(ending.err()).startsWith("trapeze: /dev/zero has more than 134217728 bytes");
        assertThat(ending.exit()).isEqualTo(2);
    }

    @Test
    void saysWhyAFileCannotBeRead() throws IOException {
        Path file = Files.createFile(folder.resolve("code.bin"));
        Ending inside = new Session().run("disasm", file + "/x");
        assertThat(inside.err()).startsWith("trapeze: there is no file " + file + "/x. ");
        assertThat(inside.exit()).isEqualTo(2);
        assumeTrue(file.toFile().setReadable(false) && !Files.isReadable(file), "this user may read anything");
        assertThat(new Session().run("disasm", file.toString()).err())
                .isEqualTo("trapeze: can't read " + file + ": no permission. Name another file.\n");
    }

    @Test
    void aFolderIsWrongUsage() {
        Ending ending = new Session().run("disasm", folder.toString());
        assertThat(ending.err()).isEqualTo("trapeze: " + folder + " is a folder. Name a file.\n");
        assertThat(ending.exit()).isEqualTo(2);
    }

    @Test
    void noBytesAreNoLines() {
        Ending ending = new Session().reading(new byte[0]).type("disasm -");
        assertThat(ending.out()).isEmpty();
        assertThat(ending.exit()).isZero();
    }
}
