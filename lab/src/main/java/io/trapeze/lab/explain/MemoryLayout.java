// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.explain;

import io.trapeze.lab.abi.AbiRules;
import io.trapeze.trampolines.AsyncPreempt;
import io.trapeze.trampolines.Gobuf;
import io.trapeze.trampolines.PreemptFrame;
import io.trapeze.trampolines.Primitive;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;
import java.util.Arrays;
import java.util.List;

/**
 * Where a convention puts things in memory.
 *
 * @param abi the convention's name
 * @param gobufBytes size of a Gobuf
 * @param gobuf its fields
 * @param saveSet the vectors that a preemption saves
 * @param frameBytes size of the preemption frame, without the resume address behind it
 * @param frame its fields, from the lowest address up
 * @param preemptionBytes the most that a preemption takes below the interrupted RSP
 * @param call the stack when a function is entered that has more arguments than go into registers
 * @param preemption the interrupted stack when others are about to run
 */
public record MemoryLayout(
        String abi,
        int gobufBytes,
        List<Field> gobuf,
        String saveSet,
        int frameBytes,
        List<Field> frame,
        int preemptionBytes,
        StackPicture call,
        StackPicture preemption) {
    /**
     * One field.
     *
     * @param rule what puts it there
     */
    public record Field(int offset, int size, String name, String rule) {}

    /** Copies the lists. */
    public MemoryLayout {
        gobuf = List.copyOf(gobuf);
        frame = List.copyOf(frame);
    }

    /** Returns the layouts of a convention. */
    public static MemoryLayout of(Abi abi, SaveSet saveSet) {
        Walk preemption = Walk.through(Primitive.ASYNC_PREEMPT, abi, saveSet);
        State inside = preemption.calls().get(0).inside().orElseThrow();
        return new MemoryLayout(
                abi.name(),
                Gobuf.of(abi).size(),
                gobuf(abi),
                saveSet.label(),
                new PreemptFrame(saveSet).size(),
                frame(saveSet),
                AsyncPreempt.stackBytes(abi, saveSet),
                Stacks.ofFunction(abi),
                new Stacks(preemption, saveSet).at(inside).get(0));
    }

    private static List<Field> gobuf(Abi abi) {
        AbiRules rules = AbiRules.of(abi);
        GobufRules fields = GobufRules.of(abi);
        return Gobuf.of(abi).rows().stream()
                .map(row -> {
                    String path = fields.path(row.name());
                    String rule = path.isEmpty() ? "every ABI" : rules.text(path);
                    return new Field(row.offset(), row.size(), row.name(), rule);
                })
                .toList();
    }

    private static List<Field> frame(SaveSet saveSet) {
        return new PreemptFrame(saveSet)
                .rows().stream()
                        .map(row -> new Field(
                                row.offset(),
                                row.size(),
                                row.name(),
                                isEverySets(row) ? "every save set" : "save set " + saveSet.label()))
                        .toList();
    }

    private static boolean isEverySets(PreemptFrame.Row row) {
        return Arrays.stream(SaveSet.values())
                .allMatch(set -> new PreemptFrame(set)
                        .rows().stream()
                                .anyMatch(other -> other.name().equals(row.name()) && other.size() == row.size()));
    }
}
