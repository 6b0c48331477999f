// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.direct;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trapeze.runtime.os.OperatingSystem;
import io.trapeze.trampolines.Gobuf;
import io.trapeze.trampolines.abi.Abi;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SavedContextTest {
    private static final OperatingSystem OS = OperatingSystem.current();

    @Test
    void everyFieldKeepsAValueOfItsOwn() {
        for (Abi abi : List.of(Abi.SYSTEM_V, Abi.WIN64)) {
            try (SavedContext context = SavedContext.allocate(OS, abi)) {
                SplittableRandom random = new SplittableRandom(7);
                List<byte[]> values = context.slots().stream()
                        .map(slot -> {
                            byte[] value = new byte[slot.size()];
                            random.nextBytes(value);
                            context.bytes(slot.name(), value);
                            return value;
                        })
                        .toList();
                for (int i = 0; i < values.size(); i++) {
                    Gobuf.Row slot = context.slots().get(i);
                    assertThat(context.bytes(slot.name()))
                            .as("%s of %s", slot, abi.name())
                            .isEqualTo(values.get(i));
                }
            }
        }
    }

    @Test
    void aNewContextIsZeroButForTheControlWords() {
        try (SavedContext context = SavedContext.allocate(OS, Abi.SYSTEM_V)) {
            assertThat(context.sp()).isZero();
            assertThat(context.pc()).isZero();
            assertThat(context.g()).isZero();
            assertThat(context.get("rbx")).isZero();
            assertThat(context.get("mxcsr")).isEqualTo(0x1F80);
            assertThat(context.get("x87 control word")).isEqualTo(0x37F);
        }
    }

    @Test
    void fieldsAreReadAndWrittenByName() {
        try (SavedContext context = SavedContext.allocate(OS, Abi.SYSTEM_V)) {
            context.sp(1)
                    .pc(2)
                    .g(3)
                    .set("ctxt", -4)
                    .set("bp", Long.MIN_VALUE)
                    .set("r15", 6)
                    .set("mxcsr", 0xFFFF_FFFFL);
            assertThat(context.get("sp")).isEqualTo(1);
            assertThat(context.get("pc")).isEqualTo(2);
            assertThat(context.get("g")).isEqualTo(3);
            assertThat(context.get("ctxt")).isEqualTo(-4);
            assertThat(context.get("bp")).isEqualTo(Long.MIN_VALUE);
            assertThat(context.get("r15")).isEqualTo(6);
            assertThat(context.get("mxcsr")).isEqualTo(0xFFFF_FFFFL);
        }
    }

    @Test
    void wrongNamesAndSizesAreRefused() {
        try (SavedContext context = SavedContext.allocate(OS, Abi.WIN64)) {
            assertThatThrownBy(() -> context.set("r10", 1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("ABI 'win64' has no 'r10'; it has [sp, pc, g,");
            assertThatThrownBy(() -> context.get("xmm6")).hasMessageContaining("more than a long: use bytes(name)");
            assertThatThrownBy(() -> context.set("mxcsr", 1L << 32)).hasMessageContaining("0x100000000 does not fit");
            assertThatThrownBy(() -> context.bytes("xmm6", new byte[8])).hasMessageContaining("which has 16");
        }
    }

    @Test
    void aClosedContextSaysSo() {
        SavedContext context = SavedContext.allocate(OS, Abi.SYSTEM_V);
        context.close();
        context.close();
        assertThatThrownBy(context::sp)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
        assertThat(context).hasToString("SavedContext[sysv, closed]");
    }
}
