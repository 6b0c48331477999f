// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.explain;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapeze.lab.abi.AnyAbi;
import io.trapeze.lab.explain.StackPicture.Kind;
import io.trapeze.lab.explain.StackPicture.Row;
import io.trapeze.trampolines.PreemptFrame;
import io.trapeze.trampolines.Primitive;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.AbiException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("A drawing of a stack")
class StackPictureTest {
    private static List<Moment> story(Primitive primitive, Abi abi, SaveSet saveSet) {
        return Explanation.of(primitive, abi, saveSet).moments();
    }

    private static Row row(StackPicture stack, String text) {
        return stack.rows().stream()
                .filter(row -> row.text().contains(text))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no row with '" + text + "' in " + stack));
    }

    @Test
    void ofWin64HasTheShadowSpaceOnBothSidesOfTheSwitch() {
        List<Moment> story = story(Primitive.MCALL, Abi.WIN64, SaveSet.SSE);
        Row own = row(story.get(0).stacks().get(0), "shadow space");
        assertThat(own.address()).isEqualTo("entry + 0x8");
        assertThat(own.size()).isEqualTo(32);
        StackPicture g0 = story.get(1).stacks().get(1);
        assertThat(g0.name()).isEqualTo("g0's stack");
        Row fns = row(g0, "shadow space");
        Row returnAddress = row(g0, "return address");
        assertThat(fns.address()).isEqualTo("aligned - 0x20");
        assertThat(returnAddress.offset() + 8).isEqualTo(fns.offset());
        assertThat(returnAddress.pointers()).contains("rsp");
        assertThat(g0.rows()).noneMatch(row -> row.kind() == Kind.RED_ZONE);
    }

    @Test
    void hasTheRedZoneBelowRsp() {
        StackPicture stack =
                story(Primitive.GOGO, Abi.SYSTEM_V, SaveSet.SSE).get(0).stacks().get(0);
        Row zone = stack.rows().get(stack.rows().size() - 1);
        assertThat(zone.kind()).isEqualTo(Kind.RED_ZONE);
        assertThat(zone.address()).isEqualTo("entry - 0x80");
        assertThat(zone.size()).isEqualTo(128);
    }

    @ParameterizedTest
    @EnumSource
    void ofAnInterruptHasTheWholePreemptionFrameFilled(SaveSet saveSet) {
        for (Abi abi : Abi.builtIn()) {
            StackPicture stack =
                    story(Primitive.ASYNC_PREEMPT, abi, saveSet).get(1).stacks().get(0);
            PreemptFrame frame = new PreemptFrame(saveSet);
            for (PreemptFrame.Row field : frame.rows()) {
                int offset = field.offset() - frame.size();
                Row row = stack.rows().stream()
                        .filter(r -> r.base().equals("entry") && r.offset() == offset)
                        .findFirst()
                        .orElseThrow(() -> new AssertionError("nothing is drawn where " + field + " is"));
                assertThat(row.size()).as(field.toString()).isEqualTo(field.size());
                assertThat(row.content())
                        .isEqualTo(field.name().equals("pc") ? "resume address" : "interrupted " + field.name());
            }
            Row interrupted = stack.rows().get(0);
            assertThat(interrupted.text()).isEqualTo("the interrupted frames");
            assertThat(interrupted.offset()).isEqualTo(8 + abi.stack().interruptSkip());
        }
    }

    @Test
    void hasArgumentsOnTheStackAboveTheShadowSpace() {
        StackPicture stack = MemoryLayout.of(Abi.WIN64, SaveSet.SSE).call();
        assertThat(stack.rows().stream().map(row -> row.address() + " " + row.text()))
                .containsExactly(
                        "entry + 0x30 the caller's frames",
                        "entry + 0x28 argument 5",
                        "entry + 0x8 shadow space",
                        "entry return address");
    }

    /** Whatever the convention: no byte twice, none left out, RSP at its lowest row, aligned at calls. */
    @ParameterizedTest
    @EnumSource
    void leavesNoGapsAndKeepsRspAtItsEnd(Primitive primitive) {
        int drawn = 0;
        for (Abi abi : abis()) {
            Walk walk;
            try {
                walk = Walk.through(primitive, abi, SaveSet.SSE);
            } catch (AbiException tooFewRegisters) {
                continue;
            }
            Stacks stacks = new Stacks(walk, SaveSet.SSE);
            List<State> states = new ArrayList<>();
            walk.steps().forEach(step -> {
                states.add(step.before());
                states.add(step.made());
                states.add(step.after());
            });
            for (State state : states) {
                for (StackPicture stack : stacks.at(state)) {
                    assertSound(stack, state, walk.abi().toString());
                    drawn++;
                }
            }
            walk.calls()
                    .forEach(call -> assertThat(
                                    call.before().rsp().offset() % abi.stack().alignment())
                            .as(
                                    "%s, from a place that is aligned, to %s",
                                    abi, call.before().rsp())
                            .isZero());
        }
        assertThat(drawn).isGreaterThan(500);
    }

    private static List<Abi> abis() {
        return Stream.concat(
                        Abi.builtIn().stream(),
                        IntStream.range(100, 125).mapToObj(seed -> AnyAbi.of("any" + seed, seed)))
                .toList();
    }

    private static void assertSound(StackPicture stack, State state, String what) {
        Optional<Row> above = Optional.empty();
        for (Row row : stack.rows()) {
            if (above.isPresent() && row.base().equals(above.get().base())) {
                assertThat(row.offset() + row.size())
                        .as("end of %s in %s: %s", row, stack, what)
                        .isEqualTo(above.get().offset());
            }
            above = Optional.of(row);
        }
        List<Row> used =
                stack.rows().stream().filter(row -> row.kind() != Kind.RED_ZONE).toList();
        boolean here = used.stream()
                .anyMatch(row -> row.base().equals(state.rsp().origin().name()));
        if (here && stack.rows().stream().anyMatch(row -> row.pointers().contains("rsp"))) {
            Row lowest = used.get(used.size() - 1);
            assertThat(lowest.address())
                    .as("%s: %s", stack, what)
                    .isEqualTo(state.rsp().toString());
            assertThat(lowest.pointers()).contains("rsp");
        }
    }
}
