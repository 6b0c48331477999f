// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.code;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trapeze.runtime.os.OperatingSystem;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("D5")
class NativeFunctionTest {

    private final OperatingSystem os = OperatingSystem.current();
    private final CodeArena arena = CodeArena.open(os);

    @AfterEach
    void close() {
        arena.close();
    }

    private NativeFunction digits(int count) {
        return arena.map(Snippets.digits(count)).function();
    }

    @Test
    void everyArgumentArrivesInItsPlace() {
        assertThat(digits(0).call()).isZero();
        assertThat(digits(1).call(1)).isEqualTo(1);
        assertThat(digits(2).call(1, 2)).isEqualTo(12);
        assertThat(digits(3).call(1, 2, 3)).isEqualTo(123);
        assertThat(digits(4).call(1, 2, 3, 4)).isEqualTo(1234);
        assertThat(digits(5).call(1, 2, 3, 4, 5)).isEqualTo(12345);
        assertThat(digits(6).call(1, 2, 3, 4, 5, 6)).isEqualTo(123456);
    }

    @Test
    void allSixtyFourBitsPassBothWays() {
        NativeFunction identity = digits(1);
        for (long value : new long[] {Long.MIN_VALUE, -1, 0xFFFF_FFFFL, Long.MAX_VALUE, 0x1122334455667788L}) {
            assertThat(identity.call(value)).isEqualTo(value);
        }
        assertThat(digits(6).call(0, 0, 0, 0, 0, Long.MIN_VALUE)).isEqualTo(Long.MIN_VALUE);
    }

    @Test
    void callsStayRightOnceTheCompilerHasCompiledThem() {
        NativeFunction six = digits(6);
        NativeFunction none = arena.map(Snippets.constant("seven", 7)).function();
        long sum = 0;
        for (int i = 0; i < 200_000; i++) {
            sum += six.call(i & 1, 2, 3, 4, 5, 6) + none.call();
        }
        assertThat(sum).isEqualTo(100_000L * (23456 + 123456) + 200_000L * 7);
    }

    @Test
    void jnaReachesTheSameFunction() {
        NativeFunction six = digits(6);
        assertThat(six.jna().invokeLong(new Object[] {1L, 2L, 3L, 4L, 5L, 6L})).isEqualTo(123456);
    }

    @Test
    void aFunctionOfTheCLibraryIsCalledTheSameWay() {
        assertThat(NativeFunction.at(os.symbol("labs")).call(-42)).isEqualTo(42);
        assertThat(NativeFunction.at(os.symbol("getpid")).call()).isEqualTo(os.currentProcess());
    }

    @Test
    void aFunctionAtZeroIsRefused() {
        assertThatThrownBy(() -> NativeFunction.at(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("address 0");
    }

    @Test
    void functionsAreEqualByAddress() {
        MappedCode one = arena.map(Snippets.constant("one", 1));
        MappedCode two = arena.map(Snippets.constant("two", 2));
        assertThat(one.function()).isEqualTo(NativeFunction.at(one.address())).hasSameHashCodeAs(one.function());
        assertThat(one.function()).isNotEqualTo(two.function());
        assertThat(one.function()).hasToString("NativeFunction[0x" + Long.toHexString(one.address()) + "]");
    }
}
