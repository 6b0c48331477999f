// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.check;

import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.Instruction;
import io.trapeze.testkit.check.Played;
import io.trapeze.testkit.check.Subject;
import io.trapeze.testkit.check.Verdict;
import io.trapeze.testkit.check.Verdict.Ending;
import io.trapeze.testkit.check.Verdict.Failed;
import io.trapeze.testkit.state.Difference;
import io.trapeze.testkit.state.Part;
import io.trapeze.trampolines.abi.Abi;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * What came of a check, and what there is to learn from it.
 *
 * @param subject what was checked
 * @param tries that were made
 * @param failure what was wrong, if anything was
 */
public record CheckReport(String subject, int tries, Optional<Failure> failure) {
    /**
     * What was wrong.
     *
     * @param ending {@code different}, {@code crashed}, {@code hung}, {@code broke its stack}
     * @param where at what moment
     * @param bits which of them differ
     * @param hint the instruction that should have been there, or that is to blame
     * @param steps what has to happen to a goroutine, for the primitives together
     * @param live the registers whose values the case needs
     * @param replay how to see it again
     */
    public record Failure(
            String ending,
            String where,
            String register,
            String expected,
            String found,
            String bits,
            String rule,
            String hint,
            List<String> steps,
            List<String> live,
            Replay replay) {
        private static Failure of(
                Ending ending, Difference d, String hint, List<String> steps, Collection<String> live, Replay replay) {
            String name = ending.name().toLowerCase(Locale.ROOT).replace('_', ' ');
            return new Failure(
                    name,
                    d.where(),
                    d.register(),
                    d.expected(),
                    d.found(),
                    d.bits(),
                    d.rule(),
                    hint,
                    steps,
                    List.copyOf(new TreeSet<>(live)),
                    replay);
        }
    }

    /**
     * How to see a failure again.
     *
     * @param command what to type
     * @param noted the file with seed and case
     * @param debugger how to see it in a debugger
     */
    public record Replay(String command, Optional<String> noted, Optional<String> debugger) {}

    /** Whether nothing was wrong. */
    public boolean passed() {
        return failure.isEmpty();
    }

    /** Tells of a primitive. */
    public static CheckReport of(Subject subject, Verdict verdict, Replay replay) {
        return of(subject.name(), verdict, replay, difference -> right(subject, difference));
    }

    /** Tells of a function. */
    public static CheckReport ofFunction(String name, CodeBlob code, Abi abi, Verdict verdict, Replay replay) {
        return of(name + " by the rules of " + abi.name(), verdict, replay, d -> blamed(code, d.register()));
    }

    /** Tells of the primitives of a convention together. */
    public static CheckReport of(String name, Played played, Replay replay) {
        List<String> steps =
                played.sequence().steps().stream().map(Object::toString).toList();
        List<String> live =
                played.sequence().registers().live().stream().map(Part::name).toList();
        return new CheckReport(
                name,
                played.tries(),
                played.broken().map(d -> Failure.of(played.ending().orElseThrow(), d, "", steps, live, replay)));
    }

    private static CheckReport of(String name, Verdict verdict, Replay replay, Function<Difference, String> hint) {
        if (!(verdict instanceof Failed failed)) {
            return new CheckReport(name, verdict.tries(), Optional.empty());
        }
        Difference d = failed.difference();
        return new CheckReport(
                name,
                failed.tries(),
                Optional.of(Failure.of(failed.ending(), d, hint.apply(d), List.of(), failed.live(), replay)));
    }

    /** The instruction of the generator's code that serves the rule, where the code has none such or another one. */
    private static String right(Subject subject, Difference difference) {
        CodeBlob generated = subject.primitive().emit(subject.abi(), subject.saveSet());
        List<String> present =
                subject.code().instructions().stream().map(Instruction::text).toList();
        return generated.instructions().stream()
                .filter(i -> i.rule().equals(difference.rule()))
                .map(Instruction::text)
                .filter(text -> !present.contains(text))
                .findFirst()
                .map(text -> "the generator's " + subject.primitive().symbol() + " has: " + text)
                .orElse("");
    }

    /** The first instruction that changes the register; nothing of RSP, which every function changes. */
    private static String blamed(CodeBlob code, String register) {
        return code.instructions().stream()
                .filter(i ->
                        !register.equals("rsp") && i.text().matches("(?!push|cmp|test)\\S+ " + register + "(,.*)?"))
                .findFirst()
                .map(i -> "+0x" + Integer.toHexString(i.offset()) + " changes it: " + i.text() + "; save " + register
                        + " before, as by `push " + register + "`, and restore it before `ret`")
                .orElse("");
    }
}
