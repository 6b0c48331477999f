// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.explain;

import io.trapeze.lab.abi.AbiRules;
import io.trapeze.trampolines.Primitive;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A primitive explained: what it is called with, what each instruction says, does and is for, and where everything is before,
 * meanwhile and after.
 *
 * @param primitive its symbol
 * @param abi the convention's name
 * @param saveSet the vectors that are saved, where that is a matter of choice
 * @param summary what the primitive does, a sentence
 * @param bytes its size
 * @param parameters what it is called with
 * @param steps its instructions, or one of them
 * @param moments states: those of the whole primitive, or before and after one step
 * @param only the step that it explains, if it explains one only
 */
public record Explanation(
        String primitive,
        String abi,
        Optional<String> saveSet,
        String summary,
        int bytes,
        List<Parameter> parameters,
        List<ExplainedStep> steps,
        List<Moment> moments,
        OptionalInt only) {
    /**
     * Something the primitive is called with.
     *
     * @param place the register, or the place on the stack
     * @param rule the rule that says so
     */
    public record Parameter(String name, String place, String meaning, String rule) {}

    /**
     * One instruction.
     *
     * @param step its number, from 1
     * @param offset bytes from the primitive's start
     * @param bytes in hexadecimal; places that are to be filled in hold 0
     * @param text Intel syntax
     * @param reason why the generator put it there; may be empty
     * @param rule the rule of the ABI that it serves, with its value; may be empty
     * @param effects what it changes
     * @param followed whether that is all: otherwise the walk does not know what it does
     * @param fields its bytes, field by field
     */
    public record ExplainedStep(
            int step,
            int offset,
            String bytes,
            String text,
            String reason,
            String rule,
            List<Effect> effects,
            boolean followed,
            List<ByteField> fields) {}

    /** Copies the lists. */
    public Explanation {
        parameters = List.copyOf(parameters);
        steps = List.copyOf(steps);
        moments = List.copyOf(moments);
    }

    /** Whether it explains one step only. */
    public boolean isOfOneStep() {
        return only.isPresent();
    }

    /**
     * Explains a primitive.
     *
     * @throws io.trapeze.trampolines.abi.AbiException if it can't be generated for this convention
     */
    public static Explanation of(Primitive primitive, Abi abi, SaveSet saveSet) {
        Walk walk = Walk.through(primitive, abi, saveSet);
        return explain(walk, saveSet, walk.steps(), Moment.story(walk, saveSet), OptionalInt.empty());
    }

    /**
     * Explains one step of a primitive.
     *
     * @param number from 1
     * @throws IndexOutOfBoundsException if it has no such step
     */
    public static Explanation of(Primitive primitive, Abi abi, SaveSet saveSet, int number) {
        Walk walk = Walk.through(primitive, abi, saveSet);
        Step step = walk.steps().get(number - 1);
        return explain(walk, saveSet, List.of(step), Moment.around(step, walk, saveSet), OptionalInt.of(number));
    }

    private static Explanation explain(
            Walk walk, SaveSet saveSet, List<Step> steps, List<Moment> moments, OptionalInt only) {
        AbiRules rules = AbiRules.of(walk.abi());
        boolean saves = walk.primitive() == Primitive.ASYNC_PREEMPT;
        return new Explanation(
                walk.primitive().symbol(),
                walk.abi().name(),
                saves ? Optional.of(saveSet.label()) : Optional.empty(),
                walk.signature().summary(),
                walk.blob().size(),
                parameters(walk, rules),
                steps.stream().map(step -> explained(step, walk.abi(), rules)).toList(),
                moments,
                only);
    }

    private static List<Parameter> parameters(Walk walk, AbiRules rules) {
        List<Parameter> parameters = new ArrayList<>();
        for (Signature.Parameter parameter : walk.signature().parameters()) {
            int index = parameters.size();
            String path = "arguments.integer[" + index + "]";
            parameters.add(new Parameter(
                    parameter.name(),
                    rules.rule(path)
                            .map(AbiRules.Rule::value)
                            .orElseGet(() ->
                                    "[rsp + 0x" + Integer.toHexString(Signature.stackOffset(walk.abi(), index)) + "]"),
                    parameter.meaning(),
                    rules.rule(path).isPresent() ? rules.text(path) : rules.text("stack.shadow")));
        }
        return parameters;
    }

    private static ExplainedStep explained(Step step, Abi abi, AbiRules rules) {
        return new ExplainedStep(
                step.number(),
                step.instruction().offset(),
                HexFormat.of().formatHex(step.instruction().bytes()),
                step.instruction().text(),
                step.instruction().reason(),
                rules.text(step.instruction().rule()),
                Effect.of(step, abi),
                step.followed(),
                FieldSplit.of(step.instruction()));
    }
}
