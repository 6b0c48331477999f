// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines;

import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.KReg;
import io.trapeze.emitter.operand.Register;
import io.trapeze.emitter.operand.Segment;
import io.trapeze.emitter.operand.Xmm;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.ArgumentRules;
import io.trapeze.trampolines.abi.CallState;
import io.trapeze.trampolines.abi.ControlWords;
import io.trapeze.trampolines.abi.GrowthCheck;
import io.trapeze.trampolines.abi.PinnedRegisters;
import io.trapeze.trampolines.abi.PreservedSet;
import io.trapeze.trampolines.abi.PreservedVector;
import io.trapeze.trampolines.abi.ResultRules;
import io.trapeze.trampolines.abi.StackRules;
import io.trapeze.trampolines.abi.ThreadBlock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A calling convention that nobody uses but that is as good as those in use: the choices that make one.
 *
 * <p>Every {@link #draw} makes a description that does not contradict itself, and all together they are the whole space of
 * descriptions. It needs nothing but a random number generator, so that a process without a test framework can repeat one from
 * its seed.
 */
public record RandomAbi(
        Deal deal,
        VectorDeal vectors,
        List<KReg> masks,
        ControlWords controlWords,
        int choices,
        StackRules stack,
        GrowthCheck growth,
        List<Integer> boundsAt) {
    static final List<IndexReg> GENERAL =
            List.of(rax, rcx, rdx, rbx, rbp, rsi, rdi, r8, r9, r10, r11, r12, r13, r14, r15);
    static final List<Integer> VECTORS = IntStream.range(0, 32).boxed().toList();
    static final List<Integer> WIDTHS = List.of(64, 128, 128, 256, 512);
    static final List<KReg> MASKS = List.of(k0, k1, k2, k3, k4, k5, k6, k7);
    static final List<GrowthCheck> GROWTH = List.of(
            GrowthCheck.NONE,
            new GrowthCheck.Probe(256),
            new GrowthCheck.Probe(1024),
            new GrowthCheck.Probe(4096),
            new GrowthCheck.Guard(16));

    private static final StackRules PLAIN = new StackRules(16, 0, 0, 0);

    /** A shuffled deal of the general registers: some pinned, some zero, some preserved, the others volatile. */
    public record Deal(
            List<IndexReg> order, int pinned, int zero, int preserved, int arguments, int results, boolean overlap) {
        /** Registers with a meaning of their own; RBP cannot have one. */
        private List<IndexReg> fixed() {
            return order.stream()
                    .filter(r -> r != rbp)
                    .limit(Math.min(pinned, 2) + zero)
                    .toList();
        }

        PinnedRegisters pins() {
            Optional<IndexReg> first = pinned > 0 ? Optional.of(fixed().get(0)) : Optional.empty();
            return switch (pinned) {
                case 2 -> new PinnedRegisters(first, Optional.of(fixed().get(1)));
                case 3 -> new PinnedRegisters(Optional.empty(), first);
                default -> new PinnedRegisters(first, Optional.empty());
            };
        }

        List<IndexReg> zeros() {
            return fixed().subList(fixed().size() - zero, fixed().size());
        }

        private List<IndexReg> others() {
            return order.stream().filter(r -> !fixed().contains(r)).toList();
        }

        List<IndexReg> kept() {
            return others().subList(0, Math.min(preserved, others().size() - 1));
        }

        private List<IndexReg> carriers() {
            List<IndexReg> carriers = new ArrayList<>(others());
            if (!overlap) {
                carriers.removeAll(kept());
            }
            return carriers;
        }

        List<IndexReg> passing() {
            return carriers().subList(0, Math.min(arguments, carriers().size()));
        }

        private Stream<Deal> simpler() {
            return Stream.of(
                            new Deal(order, 0, zero, preserved, arguments, results, overlap),
                            new Deal(order, pinned, 0, preserved, arguments, results, overlap),
                            new Deal(order, pinned, zero, 0, arguments, results, overlap),
                            new Deal(order, pinned, zero, Math.max(0, preserved - 1), arguments, results, overlap),
                            new Deal(order, pinned, zero, preserved, 0, results, overlap),
                            new Deal(order, pinned, zero, preserved, Math.max(0, arguments - 1), results, overlap),
                            new Deal(order, pinned, zero, preserved, arguments, 0, overlap),
                            new Deal(order, pinned, zero, preserved, arguments, results, false))
                    .filter(deal -> deal.size() < size());
        }

        private int size() {
            return pinned + zero + preserved + arguments + results + (overlap ? 1 : 0);
        }

        List<IndexReg> returning() {
            int first = results % carriers().size();
            return carriers()
                    .subList(first, Math.min(first + 1 + results % 2, carriers().size()));
        }
    }

    /** The same of the vectors, by number. */
    public record VectorDeal(
            List<Integer> order, List<Integer> widths, int preserved, int arguments, int results, boolean zero) {
        private List<Xmm> volatiles() {
            return order.subList(preserved, order.size()).stream()
                    .map(n -> xmm(n))
                    .toList();
        }

        List<PreservedVector> kept() {
            return IntStream.range(0, preserved)
                    .mapToObj(i -> new PreservedVector(order.get(i), widths.get(i)))
                    .toList();
        }

        List<Xmm> passing() {
            return volatiles().subList(0, arguments);
        }

        List<Xmm> returning() {
            return volatiles().subList(0, results);
        }

        private Stream<VectorDeal> simpler() {
            return Stream.of(
                            new VectorDeal(order, widths, 0, arguments, results, zero),
                            new VectorDeal(order, widths, Math.max(0, preserved - 1), arguments, results, zero),
                            new VectorDeal(order, widths, preserved, 0, results, zero),
                            new VectorDeal(order, widths, preserved, arguments, 0, zero),
                            new VectorDeal(order, widths, preserved, arguments, results, false))
                    .filter(deal -> deal.size() < size());
        }

        private int size() {
            return preserved + arguments + results + (zero ? 1 : 0);
        }

        List<Xmm> zeros() {
            return volatiles().stream()
                    .skip(Math.max(arguments, results))
                    .filter(v -> v.number() < 16)
                    .limit(zero ? 1 : 0)
                    .toList();
        }
    }

    /**
     * Draws one.
     *
     * @param widest what vector and mask registers there are
     */
    public static Abi draw(Random random, SaveSet widest) {
        return deal(random, widest).abi();
    }

    /** Draws the choices that make one; the same random numbers make the same ones. */
    public static RandomAbi deal(Random random, SaveSet widest) {
        List<IndexReg> general = shuffled(GENERAL, random);
        Deal deal = new Deal(
                general,
                random.nextInt(3) < 2 ? 0 : 1 + random.nextInt(3),
                random.nextInt(4) < 3 ? 0 : 1 + random.nextInt(2),
                random.nextInt(14),
                random.nextInt(7),
                random.nextInt(15),
                random.nextInt(5) == 0);
        int preserved = random.nextInt(widest.vectors() / 2 + 1);
        VectorDeal vectors = new VectorDeal(
                shuffled(VECTORS.subList(0, widest.vectors()), random),
                random.ints(16, 0, WIDTHS.size())
                        .map(i -> Math.min(WIDTHS.get(i), 8 * widest.vectorBytes()))
                        .boxed()
                        .toList(),
                preserved,
                random.nextInt(9),
                random.nextInt(3),
                random.nextBoolean());
        int masks = random.nextInt(3) < 2 ? 0 : 1 + random.nextInt(8);
        Set<Integer> bounds = new TreeSet<>();
        for (int n = random.nextInt(6); n > 0; n--) {
            bounds.add(random.nextInt(1001));
        }
        return new RandomAbi(
                deal,
                vectors,
                shuffled(MASKS, random).subList(0, Math.min(masks, widest.masks())),
                new ControlWords(random.nextBoolean(), random.nextBoolean()),
                random.nextInt(),
                stackRules(
                        8 << random.nextInt(4),
                        random.nextInt(17),
                        random.nextInt(3) == 0,
                        random.nextInt(33),
                        random.nextInt(33)),
                GROWTH.get(random.nextInt(GROWTH.size())),
                shuffled(List.copyOf(bounds), random));
    }

    /** Returns plainer choices: each has one thing less. */
    public Stream<RandomAbi> simpler() {
        Stream<RandomAbi> dealt = Stream.concat(
                deal.simpler()
                        .map(d -> new RandomAbi(d, vectors, masks, controlWords, choices, stack, growth, boundsAt)),
                vectors.simpler()
                        .map(v -> new RandomAbi(deal, v, masks, controlWords, choices, stack, growth, boundsAt)));
        return Stream.concat(
                        dealt,
                        Stream.of(
                                new RandomAbi(deal, vectors, List.of(), controlWords, choices, stack, growth, boundsAt),
                                new RandomAbi(
                                        deal, vectors, masks, ControlWords.VOLATILE, choices, stack, growth, boundsAt),
                                new RandomAbi(deal, vectors, masks, controlWords, 0, stack, growth, boundsAt),
                                new RandomAbi(deal, vectors, masks, controlWords, choices, PLAIN, growth, boundsAt),
                                new RandomAbi(
                                        deal, vectors, masks, controlWords, choices, stack, GrowthCheck.NONE, boundsAt),
                                new RandomAbi(deal, vectors, masks, controlWords, choices, stack, growth, List.of())))
                .filter(choice -> choice.size() < size());
    }

    /** Returns how much there is to them: 0 for the plainest. */
    public int size() {
        return deal.size()
                + vectors.size()
                + masks.size()
                + (controlWords.any() ? 1 : 0)
                + (choices == 0 ? 0 : 1)
                + (stack.equals(PLAIN) ? 0 : 1)
                + (growth.equals(GrowthCheck.NONE) ? 0 : 1)
                + boundsAt.size();
    }

    private static <T> List<T> shuffled(List<T> list, Random random) {
        List<T> copy = new ArrayList<>(list);
        Collections.shuffle(copy, random);
        return copy;
    }

    /** Returns rules that do not contradict each other: of two numbers of words the smaller is the red zone. */
    static StackRules stackRules(int alignment, int shadow, boolean spill, int a, int b) {
        return new StackRules(
                alignment, 8 * shadow, spill, 8 * Math.min(a, b), 8 * Math.max(a, b), Math.abs(a - b) % 4 == 3);
    }

    private Optional<ThreadBlock> threadBlock() {
        return boundsAt.isEmpty()
                ? Optional.empty()
                : Optional.of(new ThreadBlock(
                        (choices & 4) != 0 ? Segment.GS : Segment.FS,
                        boundsAt.stream()
                                .map(o -> new ThreadBlock.Field("bound" + o, 8 * o))
                                .toList()));
    }

    /** Returns the description that these choices make. */
    public Abi abi() {
        List<Register> zero = new ArrayList<>(deal.zeros());
        zero.addAll(vectors.zeros());
        boolean guarded = growth instanceof GrowthCheck.Guard && deal.pins().g().isEmpty();
        return new Abi(
                "random",
                new ArgumentRules(deal.passing(), vectors.passing(), (choices & 1) != 0),
                new ResultRules(deal.returning(), vectors.returning()),
                new PreservedSet(
                        deal.kept().stream().filter(r -> r != rbp).toList(),
                        deal.kept().contains(rbp),
                        vectors.kept(),
                        masks,
                        deal.overlap()),
                controlWords,
                new CallState(
                        (choices & 2) != 0 ? CallState.DirectionFlag.CLEAR : CallState.DirectionFlag.UNSPECIFIED, zero),
                stack,
                guarded ? GrowthCheck.NONE : growth,
                deal.pins(),
                threadBlock());
    }
}
