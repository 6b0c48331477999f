// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines;

import static io.trapeze.emitter.operand.Registers.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.trapeze.emitter.operand.Registers;
import io.trapeze.trampolines.abi.Abi;
import java.util.Arrays;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("The preemption frame")
class PreemptFrameTest {
    @Test
    @Tag("S46")
    @Tag("Sa")
    void ofTheSseSetTakes392BytesInThisOrder() {
        PreemptFrame frame = new PreemptFrame(SaveSet.SSE);
        assertThat(frame.vector(0)).isZero();
        assertThat(frame.vector(15)).isEqualTo(240);
        assertThat(frame.controlWords()).as("padding").isEqualTo(256);
        assertThat(frame.stateBytes()).isEqualTo(264);
        assertThat(frame.general(rax)).isEqualTo(264);
        assertThat(frame.general(rbp)).isEqualTo(376);
        assertThat(frame.flags()).isEqualTo(384);
        assertThat(frame.size()).isEqualTo(392);
        assertThat(frame.rows()).last().isEqualTo(new PreemptFrame.Row("pc", 392, 8));
    }

    @Test
    void ofTheWiderSetsHoldsMoreBelow() {
        assertThat(new PreemptFrame(SaveSet.AVX).size()).isEqualTo(392 + 256);
        assertThat(new PreemptFrame(SaveSet.AVX512).size()).isEqualTo(32 * 64 + 8 * 8 + 8 + 15 * 8 + 8);
    }

    /** Runs the trampoline and looks where in memory each register's value really is when the callee is entered. */
    @ParameterizedTest
    @EnumSource
    @Tag("Sa")
    @Tag("S8")
    void isWhatTheEmittedCodeBuilds(SaveSet saveSet) {
        Scene scene = new Scene(Abi.SYSTEM_V, 8);
        Processor p = scene.processor;
        long pc = Scene.STACK_TOP - 512;
        scene.memory.set8(pc, Scene.RETURN_ADDRESS);
        p.general[4] = pc;
        long[] general = p.general.clone();
        byte[] zmm5 = p.vectors[5].clone();
        long flags = p.flags;
        int mxcsr = p.mxcsr;
        int x87 = p.x87;
        long mask = p.masks[3];
        PreemptFrame frame = new PreemptFrame(saveSet);
        long base = pc - frame.size();
        p.run(AsyncPreempt.emit(Abi.SYSTEM_V, saveSet), inside -> {
            for (var register : PreemptFrame.GENERAL) {
                assertThat(scene.memory.read8(base + frame.general(register)))
                        .as(register.name())
                        .isEqualTo(general[register.number()]);
            }
            assertThat(scene.memory.read(base + frame.vector(5), saveSet.vectorBytes()))
                    .isEqualTo(Arrays.copyOf(zmm5, saveSet.vectorBytes()));
            if (saveSet.masks() > 0) {
                assertThat(scene.memory.read8(base + frame.mask(3))).isEqualTo(mask);
            }
            assertThat(scene.memory.read8(base + frame.flags())).as("flags").isEqualTo(flags);
            assertThat(LittleEndian.number(scene.memory.read(base + frame.mxcsr(), 4)))
                    .as("mxcsr")
                    .isEqualTo(mxcsr);
            assertThat(LittleEndian.number(scene.memory.read(base + frame.x87(), 2)))
                    .as("x87 control word")
                    .isEqualTo(x87);
            assertThat(scene.memory.read8(base + frame.size())).as("pc").isEqualTo(Scene.RETURN_ADDRESS);
        });
    }

    @ParameterizedTest
    @EnumSource
    @Tag("S44")
    void hasARowForEveryGeneralRegisterButRspAndNoOverlap(SaveSet saveSet) {
        PreemptFrame frame = new PreemptFrame(saveSet);
        for (int i = 0; i < 16; i++) {
            String name = Registers.gp64(i).name();
            assertThat(frame.rows().stream().filter(r -> r.name().equals(name)))
                    .as(name)
                    .hasSize(name.equals("rsp") ? 0 : 1);
        }
        int end = 0;
        for (PreemptFrame.Row row : frame.rows()) {
            assertThat(row.offset()).as(row.name()).isGreaterThanOrEqualTo(end).isLessThan(end + 8);
            end = row.offset() + row.size();
        }
    }
}
