// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.isa;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class DescriptorTest {
    private static final List<Form> FORMS = InstructionTable.shipped().forms();

    @Test
    void whatIsPackedComesBack() {
        assertThat(FORMS).hasSizeGreaterThan(900).allSatisfy(DescriptorTest::comesBack);
    }

    private static void comesBack(Form form) {
        long d = Descriptor.of(form);
        Encoding encoding = form.encoding();
        assertThat(Descriptor.id(d)).isEqualTo(form.id());
        assertThat(Descriptor.opcode(d)).isEqualTo(encoding.opcode());
        assertThat(Descriptor.map(d)).isEqualTo(encoding.map());
        assertThat(Descriptor.mandatory(d)).isEqualTo(encoding.mandatory());
        assertThat(Descriptor.operandSize16(d)).isEqualTo(encoding.operandSize16());
        assertThat(Descriptor.w(d)).isEqualTo(encoding.w() ? 1 : 0);
        assertThat(Descriptor.digit(d)).isEqualTo(encoding.digit().orElse(0));
        assertThat(Descriptor.prefixing(d)).isEqualTo(encoding.prefixing().ordinal());
        assertThat(Descriptor.vectorLength(d)).isEqualTo(encoding.length());
        assertThat(Descriptor.immediateBytes(d)).isEqualTo(Integer.highestOneBit(encoding.immediateBytes()));
        assertThat(Descriptor.hasFixedModRm(d)).isEqualTo(encoding.fixedModRm().isPresent());
        assertThat(Descriptor.fixedModRm(d)).isEqualTo(encoding.fixedModRm().orElse(0));
        assertThat(Descriptor.lockable(d)).isEqualTo(form.lockable());
        assertThat(Descriptor.segmentable(d)).isEqualTo(form.segmentable());
        assertThat(Descriptor.addressSize32(d)).isEqualTo(encoding.addressSize32());
        assertThat(1 << Descriptor.disp8Shift(d, 0)).isEqualTo(form.displacementUnit());
        assertThat(1 << Descriptor.disp8Shift(d, 1)).isEqualTo(Math.max(8, form.broadcastBits()) / 8);
        assertThat(Descriptor.masked(d)).isEqualTo(form.allows(Mark.K));
        assertThat(Descriptor.zeroing(d, false)).isEqualTo(form.allows(Mark.Z));
        assertThat(Descriptor.zeroing(d, true)).isEqualTo(form.allows(Mark.Z) && !form.stores());
        assertThat(Descriptor.suppressing(d)).isEqualTo(form.allows(Mark.SAE));
        assertThat(Descriptor.rounding(d)).isEqualTo(form.allows(Mark.ER));
    }

    @Test
    void immediateRangeIsWhatItsBytesHold() {
        assertThat(FORMS).allSatisfy(DescriptorTest::rangeIsWhatTheBytesHold);
    }

    private static void rangeIsWhatTheBytesHold(Form form) {
        long d = Descriptor.of(form);
        int bits = 8 * Integer.highestOneBit(form.encoding().immediateBytes());
        if (bits == 0) {
            assertThat(Descriptor.immediateFits(d, Long.MAX_VALUE)).isTrue();
            return;
        }
        boolean signed = form.operands().stream().anyMatch(o -> o.kind().signed()) || bits == 64;
        long low = -1L << bits - 1;
        long high = signed ? ~low : (1L << bits) - 1;
        assertThat(Descriptor.lowestImmediate(d)).isEqualTo(low);
        assertThat(Descriptor.highestImmediate(d)).isEqualTo(high);
        assertThat(Descriptor.immediateFits(d, low)).isTrue();
        assertThat(Descriptor.immediateFits(d, high)).isTrue();
        if (bits < 64) {
            assertThat(Descriptor.immediateFits(d, low - 1)).isFalse();
            assertThat(Descriptor.immediateFits(d, high + 1)).isFalse();
        }
    }
}
