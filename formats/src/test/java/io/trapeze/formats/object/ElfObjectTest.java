// SPDX-License-Identifier: Apache-2.0
package io.trapeze.formats.object;

import static io.trapeze.emitter.operand.Mem.dword;
import static io.trapeze.emitter.operand.Mem.ptr;
import static io.trapeze.emitter.operand.Registers.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.CodeBlob;
import io.trapeze.formats.object.ElfReader.Place;
import io.trapeze.formats.object.ElfReader.Symbol;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("An object file")
class ElfObjectTest {
    private final Assembler a = new Assembler();

    private CodeBlob first() {
        a.symbol("first");
        a.call(a.external("second"));
        a.lea(rax, ptr(a.external("far_away")));
        a.mov(dword(a.external("far_away")), 7);
        a.ret();
        a.symbol("table");
        a.dq(a.external("first"));
        return a.finish("first");
    }

    private CodeBlob second() {
        a.symbol("second");
        a.ret();
        a.symbol("inner");
        a.jmp(a.external("far_away"));
        return a.finish("second");
    }

    @Test
    void holdsTheBytesOfAllBlobsWithTrapsBetweenThem() {
        CodeBlob first = first();
        CodeBlob second = second();
        ElfReader file = new ElfReader(ElfObject.of(first, second));
        assertThat(file.type).as("relocatable").isEqualTo(1);
        assertThat(file.entry).isZero();
        assertThat(file.segments).isEmpty();
        byte[] text = file.section(".text").bytes();
        assertThat(text).startsWith(first.bytes()).endsWith(second.bytes()).hasSize(64 + second.size());
        for (int i = first.size(); i < 64; i++) {
            assertThat(text[i]).as("byte %d", i).isEqualTo((byte) 0xCC);
        }
        assertThat(file.section(".text").flags()).as("mapped, executable").isEqualTo(6);
        assertThat(file.section(".text").alignment()).isEqualTo(64);
    }

    @Test
    void namesFunctionsAndDataWithTheirSizesAndWhatIsDefinedElsewhere() {
        CodeBlob first = first();
        int table = first.offset("table");
        ElfReader file = new ElfReader(ElfObject.of(first, second()));
        assertThat(file.symbol("first")).isEqualTo(new Symbol("first", 2, 1, 1, 0, table));
        assertThat(file.symbol("table")).isEqualTo(new Symbol("table", 1, 1, 1, table, 8));
        assertThat(file.symbol("second")).isEqualTo(new Symbol("second", 2, 1, 1, 64, 1));
        assertThat(file.symbol("inner")).isEqualTo(new Symbol("inner", 2, 1, 1, 65, 5));
        assertThat(file.symbol("far_away")).isEqualTo(new Symbol("far_away", 0, 1, 0, 0, 0));
    }

    @Test
    void leavesBranchesDistancesAndAddressesToTheLinker() {
        CodeBlob first = first();
        ElfReader file = new ElfReader(ElfObject.of(first, second()));
        assertThat(file.relocations(".text"))
                .containsExactlyInAnyOrder(
                        new Place(1, 4, "second", -4),
                        new Place(8, 2, "far_away", -4),
                        new Place(14, 2, "far_away", -8),
                        new Place(first.offset("table"), 1, "first", 0),
                        new Place(66, 4, "far_away", -4));
    }

    @Test
    void asksForNoExecutableStack() {
        ElfReader.Section note = new ElfReader(ElfObject.of(second())).section(".note.GNU-stack");
        assertThat(note.flags()).isZero();
        assertThat(note.size()).isZero();
    }

    @Test
    void hasNoTableOfWhatThereIsNot() {
        a.symbol("alone");
        a.ret();
        ElfReader file = new ElfReader(ElfObject.of(a.finish("alone")));
        assertThat(file.sections)
                .extracting(ElfReader.Section::name)
                .containsExactly("", ".text", ".note.GNU-stack", ".symtab", ".strtab");
    }

    @Test
    void refusesASymbolOfTwoBlobs() {
        CodeBlob one = second();
        CodeBlob other = second();
        assertThatExceptionOfType(ObjectException.class)
                .isThrownBy(() -> ElfObject.of(one, other))
                .withMessage("symbol 'second' of blob 'second' is also one of a blob before it:"
                        + " rename one of them, or write two files");
    }

    @Test
    void refusesToBeEmpty() {
        assertThatExceptionOfType(ObjectException.class)
                .isThrownBy(ElfObject::of)
                .withMessage("there is no code: give at least one blob");
    }
}
