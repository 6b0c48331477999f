// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.explain;

import io.trapeze.trampolines.SaveSet;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where everything is at one moment.
 *
 * @param title which moment it is
 * @param stacks all stacks that the primitive has to do with
 * @param blocks its Gobufs, and the thread block if the convention has one
 * @param registers registers that hold something else than on entry, and what
 */
public record Moment(
        String title, List<StackPicture> stacks, List<BlockPicture> blocks, Map<String, String> registers) {
    /** Copies the collections. */
    public Moment {
        stacks = List.copyOf(stacks);
        blocks = List.copyOf(blocks);
        registers = Collections.unmodifiableMap(new LinkedHashMap<>(registers));
    }

    /** Returns the moments that tell a primitive's story: on entry, in each function that it calls, and when it is done. */
    static List<Moment> story(Walk walk, SaveSet saveSet) {
        List<Moment> story = new ArrayList<>();
        List<Step> steps = walk.steps();
        story.add(at("On entry", walk, saveSet, steps.get(0).before()));
        for (Step call : walk.calls()) {
            String title = "In " + call.inside().orElseThrow().register(State.RIP) + ", which step " + call.number()
                    + " calls";
            story.add(at(title, walk, saveSet, call.inside().orElseThrow()));
        }
        if (walk.ends()) {
            Step last = steps.get(steps.size() - 1);
            story.add(at("After step " + last.number() + ", the last", walk, saveSet, last.after()));
        }
        return story;
    }

    /** Returns the moments before and after a step. */
    static List<Moment> around(Step step, Walk walk, SaveSet saveSet) {
        String after = step.inside().isPresent() ? "In the function that step %d calls" : "After step %d";
        return List.of(
                at("Before step " + step.number(), walk, saveSet, step.before()),
                at(after.formatted(step.number()), walk, saveSet, step.made()));
    }

    static Moment at(String title, Walk walk, SaveSet saveSet, State state) {
        return new Moment(
                title, new Stacks(walk, saveSet).at(state), new Blocks(walk).at(state), registers(walk, state));
    }

    private static Map<String, String> registers(Walk walk, State state) {
        State entry = walk.steps().get(0).before();
        Map<String, String> registers = new LinkedHashMap<>();
        state.registers().forEach((name, value) -> {
            boolean unchanged = entry.registers().containsKey(name)
                    ? value.equals(entry.register(name))
                    : value.toString().equals(walk.signature().owner() + " " + name);
            if (!unchanged) {
                registers.put(name, value.toString());
            }
        });
        return registers;
    }
}
