// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.sequence;

import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.testkit.generate.Drawn;
import io.trapeze.testkit.generate.Generator;
import io.trapeze.testkit.generate.RegisterStates;
import io.trapeze.testkit.sequence.Step.Hop;
import io.trapeze.testkit.sequence.Step.OnG0;
import io.trapeze.testkit.sequence.Step.Preempt;
import io.trapeze.testkit.sequence.Step.Work;
import io.trapeze.testkit.sequence.Step.Yield;
import io.trapeze.testkit.state.RegisterState;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Draws sequences of up to a number of steps. Simpler is one with fewer steps and operations, and then one with fewer registers
 * that are not quiet.
 *
 * @param longest how many steps at most, from 1 on
 */
public record CallSequences(int longest) implements Generator<CallSequence> {
    private static final List<IndexReg> GENERAL =
            List.of(rax, rcx, rdx, rbx, rbp, rsi, rdi, r8, r9, r10, r11, r12, r13, r14, r15);
    private static final int MOST_OPS = 6;
    private static final int MOST_INSTRUCTIONS = 16;

    @Override
    public Drawn<CallSequence> draw(RandomGenerator random) {
        RegisterState registers = RegisterState.quiet();
        RegisterStates.fill(registers, random);
        registers.setFlags(registers.flags() | (random.nextBoolean() ? RegisterState.DIRECTION : 0));
        long others = random.nextLong();
        List<Step> steps = listOf(1 + random.nextInt(longest), () -> step(random, 0));
        return new Taken(new CallSequence(registers, others, steps));
    }

    /** Each step alone, with every register marked. */
    @Override
    public List<Drawn<CallSequence>> edges() {
        RegisterState marked = new RegisterStates().edges().get(0).value();
        Work work = new Work(
                List.of(new StackOp.Push(rax), new StackOp.Call(List.of(new StackOp.Push(rdx))), new StackOp.Pop(rcx)));
        return Stream.of(
                        work,
                        new Yield(),
                        new Hop(),
                        new OnG0(List.of(work)),
                        new Preempt(work, 1, List.of(new Yield())))
                .<Drawn<CallSequence>>map(step -> new Taken(new CallSequence(marked, 1, List.of(step))))
                .toList();
    }

    private static <T> List<T> listOf(int size, Supplier<T> drawn) {
        return Stream.generate(drawn).limit(size).toList();
    }

    private static Step step(RandomGenerator random, int depth) {
        return switch (random.nextInt(depth == 0 ? 11 : 8)) {
            case 0, 1, 2 -> new Yield();
            case 3, 4 -> onG0(random, 0);
            case 5, 6 -> work(random);
            case 7 -> new Hop();
            default ->
                new Preempt(
                        work(random),
                        random.nextInt(MOST_INSTRUCTIONS),
                        listOf(random.nextInt(3), () -> step(random, 1)));
        };
    }

    private static OnG0 onG0(RandomGenerator random, int depth) {
        return new OnG0(listOf(
                random.nextInt(3), () -> depth < 2 && random.nextInt(3) == 0 ? onG0(random, depth + 1) : work(random)));
    }

    private static Work work(RandomGenerator random) {
        return new Work(listOf(random.nextInt(MOST_OPS), () -> op(random, 0)));
    }

    private static StackOp op(RandomGenerator random, int depth) {
        return switch (random.nextInt(depth < 3 ? 9 : 7)) {
            case 0, 1, 2 -> new StackOp.Push(register(random));
            case 3, 4 -> new StackOp.Pop(register(random));
            case 5, 6 -> new StackOp.Spill(register(random), register(random));
            default -> new StackOp.Call(listOf(random.nextInt(4), () -> op(random, depth + 1)));
        };
    }

    private static IndexReg register(RandomGenerator random) {
        return GENERAL.get(random.nextInt(GENERAL.size()));
    }

    private record Taken(CallSequence value) implements Drawn<CallSequence> {
        @Override
        public long size() {
            return size(value.steps()) + RegisterStates.drawn(value.registers()).size();
        }

        private static long size(List<Step> steps) {
            return 1000L * Step.count(steps)
                    + steps.stream()
                            .mapToInt(step -> step instanceof Preempt preempt ? preempt.at() : 0)
                            .sum();
        }

        @Override
        public Stream<Drawn<CallSequence>> simpler() {
            List<Step> steps = value.steps();
            Stream<List<Step>> alone = steps.size() > 1 ? steps.stream().map(List::of) : Stream.empty();
            Stream<Drawn<CallSequence>> shorter = Stream.concat(alone, fewer(steps))
                    .filter(s -> size(s) < size(steps))
                    .map(s -> new Taken(new CallSequence(value.registers(), value.others(), s)));
            return Stream.concat(
                    shorter,
                    RegisterStates.drawn(value.registers())
                            .simpler()
                            .map(registers -> new Taken(new CallSequence(registers.value(), value.others(), steps))));
        }

        /** Without one of them, or with one of them simpler. */
        private static Stream<List<Step>> fewer(List<Step> steps) {
            return IntStream.range(0, steps.size())
                    .boxed()
                    .flatMap(i -> instead(steps.get(i)).map(made -> replaced(steps, i, made)));
        }

        private static <T> List<T> replaced(List<T> list, int at, List<? extends T> made) {
            List<T> copy = new ArrayList<>(list.subList(0, at));
            copy.addAll(made);
            copy.addAll(list.subList(at + 1, list.size()));
            return copy;
        }

        /** What can stand in a step's place: nothing, what is within it, and the same with less within it. */
        private static Stream<List<Step>> instead(Step step) {
            Stream<List<Step>> less = Stream.empty();
            if (step instanceof Work work) {
                less = lessWork(work).map(List::of);
            } else if (step instanceof Hop) {
                less = Stream.of(List.of(new Yield()));
            } else if (step instanceof OnG0 onG0) {
                less = Stream.concat(
                        Stream.of(onG0.inner()), fewer(onG0.inner()).map(inner -> List.of(new OnG0(inner))));
            } else if (step instanceof Preempt preempt) {
                Work during = preempt.during();
                int at = preempt.at();
                less = Stream.of(
                                preempt.meanwhile().stream().map(List::of),
                                Stream.of(List.<Step>of(during), List.<Step>of(new Preempt(during, at, List.of()))),
                                fewer(preempt.meanwhile()).map(m -> List.<Step>of(new Preempt(during, at, m))),
                                lessWork(during)
                                        .flatMap(w -> IntStream.rangeClosed(Math.max(0, at - 2), at)
                                                .mapToObj(n -> List.<Step>of(new Preempt(w, n, preempt.meanwhile())))),
                                IntStream.range(0, at)
                                        .mapToObj(n -> List.<Step>of(new Preempt(during, n, preempt.meanwhile()))))
                        .flatMap(candidates -> candidates);
            }
            return Stream.concat(Stream.of(List.of()), less);
        }

        private static Stream<Work> lessWork(Work work) {
            return fewerOps(work.ops()).map(Work::new);
        }

        private static Stream<List<StackOp>> fewerOps(List<StackOp> ops) {
            return IntStream.range(0, ops.size()).boxed().flatMap(i -> {
                Stream<List<StackOp>> less = ops.get(i) instanceof StackOp.Call call
                        ? Stream.concat(
                                Stream.of(call.inner()),
                                fewerOps(call.inner()).map(inner -> List.of(new StackOp.Call(inner))))
                        : Stream.empty();
                return Stream.concat(Stream.of(List.<StackOp>of()), less).map(made -> replaced(ops, i, made));
            });
        }
    }
}
