// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.explain;

import io.trapeze.trampolines.AsyncPreempt;
import io.trapeze.trampolines.Primitive;
import io.trapeze.trampolines.SystemStack;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.ArgumentRules.Place;
import java.util.ArrayList;
import java.util.List;

/**
 * What a primitive is called with, in words: names for what the code itself knows only by register.
 *
 * @param summary what the primitive does, a sentence
 * @param parameters its integer parameters, in order
 * @param stack whose stack RSP points into on entry
 * @param owner whose values the registers hold on entry
 * @param frames what lies on that stack above whatever the convention puts there
 * @param callee what it calls, where the code does not say
 * @param interrupts whether it is entered by an interrupt and not by a call
 */
public record Signature(
        String summary,
        List<Parameter> parameters,
        String stack,
        String owner,
        String frames,
        String callee,
        boolean interrupts) {
    private static final String GOROUTINE = "the goroutine's stack";
    private static final String G0 = "g0's stack";

    /**
     * One parameter.
     *
     * @param name as in the documentation of the primitive
     * @param meaning what it is
     * @param gobuf whether it is a Gobuf's address
     * @param stack the stack that it, or the {@code sp} of that Gobuf, points into; empty if it has to do with none
     */
    public record Parameter(String name, String meaning, boolean gobuf, String stack) {}

    /** Returns what a primitive is called with, by a convention. */
    public static Signature of(Primitive primitive, Abi abi) {
        return switch (primitive) {
            case GOGO ->
                new Signature(
                        "Resumes a suspended goroutine; never returns.",
                        List.of(new Parameter("gobuf", "the Gobuf of who is to go on", true, GOROUTINE)),
                        "the caller's stack",
                        "caller's",
                        "the caller's frames",
                        "",
                        false);
            case MCALL ->
                new Signature(
                        "Suspends the caller and runs a function on g0's stack.",
                        List.of(
                                new Parameter("g", "the goroutine", false, ""),
                                new Parameter("sched", "its Gobuf", true, ""),
                                new Parameter("g0", "g0's Gobuf", true, G0),
                                new Parameter("fn", "what runs on g0's stack: fn(g)", false, "")),
                        GOROUTINE,
                        "caller's",
                        "the caller's frames",
                        "fn",
                        false);
            case SYSTEMSTACK ->
                new Signature(
                        "Calls a function on g0's stack and returns.",
                        systemStack(abi),
                        GOROUTINE,
                        "caller's",
                        "the caller's frames",
                        "thunk",
                        false);
            case ASYNC_PREEMPT ->
                new Signature(
                        "Where an interrupted goroutine is sent: saves everything, lets others run, goes back.",
                        List.of(),
                        "the interrupted stack",
                        "interrupted",
                        "the interrupted frames",
                        AsyncPreempt.CALLEE,
                        true);
        };
    }

    private static List<Parameter> systemStack(Abi abi) {
        List<Parameter> parameters = new ArrayList<>(List.of(
                new Parameter("g0sp", "g0's stack pointer", false, G0),
                new Parameter("arg", "the thunk's argument", false, ""),
                new Parameter("thunk", "what runs on g0's stack: thunk(arg)", false, "")));
        if (SystemStack.takesG0(abi)) {
            String what = abi.threadFields().isEmpty() ? "for g0 itself" : "for its stack bounds";
            parameters.add(new Parameter("g0", "g0's Gobuf, " + what, true, ""));
        }
        return parameters;
    }

    /** Returns what any function is called with that has one parameter more than go into registers. */
    static Signature ofFunction(Abi abi) {
        List<Parameter> parameters = new ArrayList<>();
        for (int i = 0; i <= abi.integerArguments().size(); i++) {
            parameters.add(new Parameter("argument " + (i + 1), "", false, ""));
        }
        return new Signature("", parameters, "the caller's stack", "caller's", "the caller's frames", "", false);
    }

    /** Returns what is to be added to RSP on entry for the place of a parameter that is on the stack. */
    static int stackOffset(Abi abi, int parameter) {
        return 8
                + abi.stack().shadow()
                + 8
                        * ((Place.Stack) abi.arguments()
                                        .integerPlaces(parameter + 1)
                                        .get(parameter))
                                .word();
    }
}
