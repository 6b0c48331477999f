// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.encoding;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapeze.emitter.operand.Reg8;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("The bits of an operand")
class OperandBitsTest {
    @ParameterizedTest(name = "register {0}: {1} in ModRM.reg, {2} in ModRM.rm")
    @CsvSource({
        "0x00, 0x0000, 0xC000",
        "0x07, 0x3800, 0xC700",
        "0x08, 0x0004, 0xC001", // REX.R, REX.B
        "0x10, 0x0010, 0xC020",
        "0x1F, 0x3814, 0xC721",
        "0x20, 0x0040, 0x2000C000", // spl needs REX
        "0x44, 0x2080, 0x4000C400", // ah excludes it
    })
    void areARegistersWhereRexAndModRmHaveThem(String code, String reg, String rm) {
        assertThat(OperandBits.reg(Integer.decode(code))).isEqualTo(Integer.decode(reg));
        assertThat(OperandBits.rm(Integer.decode(code))).isEqualTo(Integer.decode(rm));
    }

    @Test
    void tellEachRegister() {
        for (int mark : new int[] {0, Reg8.NEEDS_REX, Reg8.FORBIDS_REX}) {
            for (int number = 0; number < 32; number++) {
                int code = number | mark;
                assertThat(OperandBits.regCode(OperandBits.reg(code))).isEqualTo(code);
                assertThat(OperandBits.rmCode(OperandBits.rm(code))).isEqualTo(code);
            }
        }
    }

    @ParameterizedTest(name = "base {0}: {1}")
    @CsvSource({
        "0, 0x0000",
        "3, 0x0300",
        "11, 0x0301",
        "4, 0x1240400", // rsp: a SIB byte without an index
        "12, 0x1240401",
        "5, 0x4500", // rbp: a displacement
        "13, 0x4501",
    })
    void areABases(int register, String bits) {
        assertThat(OperandBits.base(register)).isEqualTo(Integer.decode(bits));
        assertThat(OperandBits.baseNumber(OperandBits.base(register))).isEqualTo(register);
    }
}
