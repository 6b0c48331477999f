// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines;

import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.GrowthCheck;
import java.util.Collection;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/** All rules that a description makes, as its file would write them: what emitted instructions may say they serve. */
final class RulesOf {
    private final Set<String> rules = new HashSet<>();

    private RulesOf() {}

    static Set<String> description(Abi abi) {
        RulesOf all = new RulesOf();
        all.rules.add("arguments.integer = " + abi.arguments().integer());
        all.each("arguments.integer", abi.arguments().integer());
        all.each("arguments.vectors", abi.arguments().vectors());
        all.each("results.vectors", abi.results().vectors());
        all.rules.add("preserved.general"); // the list, where its lack of a register is the reason
        all.each("preserved.general", abi.preserved().general());
        all.each("preserved.vectors", abi.preserved().vectors());
        all.each("preserved.masks", abi.preserved().masks());
        all.when("preserved.rbp", abi.preserved().rbp());
        all.when("preserved.overlap", abi.preserved().overlap());
        all.when("control.mxcsr", abi.controlWords().mxcsr());
        all.when("control.x87", abi.controlWords().x87());
        all.rules.add(
                "calls.direction_flag = " + abi.calls().directionFlag().name().toLowerCase(Locale.ROOT));
        all.each("calls.zero", abi.calls().zero());
        all.rules.add("stack.alignment = " + abi.stack().alignment());
        all.rules.add("stack.shadow = " + abi.stack().shadow());
        all.rules.add("stack.interrupt_skip = " + abi.stack().interruptSkip());
        all.when("stack.spill", abi.stack().spill());
        all.when("stack.machine_frames", abi.stack().machineFrames());
        if (abi.growth() instanceof GrowthCheck.Probe probe) {
            all.rules.add("growth.probe = " + probe.probe());
        }
        if (abi.growth() instanceof GrowthCheck.Guard guard) {
            all.rules.add("growth.guard = " + guard.guard());
        }
        abi.pinned().g().ifPresent(g -> all.rules.add("pinned.g = " + g));
        abi.pinned().m().ifPresent(m -> all.rules.add("pinned.m = " + m));
        abi.threadFields().forEach(f -> all.rules.add("thread.stack_bounds: " + f.name()));
        return all.rules;
    }

    private void each(String path, Collection<?> elements) {
        elements.forEach(element -> rules.add(path + ": " + element));
    }

    private void when(String path, boolean value) {
        if (value) {
            rules.add(path + " = true");
        }
    }
}
