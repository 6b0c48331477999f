// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.encoding;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LittleEndianTest {
    @ParameterizedTest
    @CsvSource({
        "255, 1, true", "256, 1, false", "-128, 1, true", "-129, 1, false",
        "65535, 2, true", "65536, 2, false", "-32768, 2, true", "-32769, 2, false",
        "4294967295, 4, true", "4294967296, 4, false", "-2147483648, 4, true", "-2147483649, 4, false",
        "9223372036854775807, 8, true", "-9223372036854775808, 8, true",
    })
    void aNumberFitsWithItsSignOrWithout(long value, int bytes, boolean fits) {
        assertThat(LittleEndian.fits(value, bytes)).isEqualTo(fits);
    }

    @ParameterizedTest
    @CsvSource({"0, ''", "1, 88", "2, 88 77", "4, 88 77 66 55", "8, 88 77 66 55 44 33 22 81"})
    void theLowestByteComesFirst(int bytes, String expected) {
        byte[] code = new byte[10];
        assertThat(LittleEndian.put(code, 1, 0x8122_3344_5566_7788L, bytes)).isEqualTo(1 + bytes);
        StringBuilder text = new StringBuilder();
        for (byte b : Arrays.copyOfRange(code, 1, 1 + bytes)) {
            text.append(text.isEmpty() ? "" : " ").append("%02x".formatted(b));
        }
        assertThat(text).hasToString(expected);
        assertThat(code[0]).isZero();
        assertThat(code[1 + bytes]).isZero();
        long back = LittleEndian.get(code, 1, bytes);
        assertThat(bytes == 8 ? back : back & (1L << 8 * bytes) - 1)
                .isEqualTo(bytes == 8 ? 0x8122_3344_5566_7788L : 0x5566_7788L & (1L << 8 * bytes) - 1);
    }
}
