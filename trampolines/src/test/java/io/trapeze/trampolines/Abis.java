// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines;

import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.Segment;
import io.trapeze.emitter.operand.Xmm;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.ControlWords;
import io.trapeze.trampolines.abi.StackRules;
import io.trapeze.trampolines.abi.ThreadBlock;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** Calling conventions that nobody uses but that are as good as those in use. */
final class Abis {
    private static final List<IndexReg> GENERAL =
            List.of(rax, rcx, rdx, rbx, rbp, rsi, rdi, r8, r9, r10, r11, r12, r13, r14, r15);
    private static final List<Xmm> VECTORS =
            IntStream.range(0, 16).mapToObj(i -> xmm(i)).toList();

    private Abis() {}

    /** A shuffled deal of the registers: {@code preserved} of them preserved, up to {@code arguments} of the others arguments. */
    private record Deal(List<IndexReg> order, int preserved, int arguments, int result) {
        List<IndexReg> volatiles() {
            return order.subList(preserved, order.size());
        }
    }

    /** Any description that does not contradict itself. */
    static Arbitrary<Abi> any() {
        Arbitrary<Deal> deals = Combinators.combine(
                        Arbitraries.shuffle(GENERAL),
                        Arbitraries.integers().between(0, 14),
                        Arbitraries.integers().between(0, 6),
                        Arbitraries.integers().between(0, 14))
                .as(Deal::new);
        Arbitrary<List<Xmm>> vectors = Combinators.combine(
                        Arbitraries.shuffle(VECTORS), Arbitraries.integers().between(0, 16))
                .as((order, count) -> order.subList(0, count));
        Arbitrary<ControlWords> controlWords = Combinators.combine(
                        Arbitraries.of(true, false), Arbitraries.of(true, false))
                .as(ControlWords::new);
        return Combinators.combine(deals, vectors, controlWords, stackRules(), threadBlocks())
                .as(Abis::describe);
    }

    private static Arbitrary<StackRules> stackRules() {
        return Combinators.combine(
                        Arbitraries.of(16, 32, 64),
                        Arbitraries.integers().between(0, 16),
                        Arbitraries.integers().between(0, 32),
                        Arbitraries.integers().between(0, 32))
                .as((alignment, shadow, a, b) -> new StackRules(
                        alignment, 8 * shadow, 8 * Math.min(a, b), 8 * Math.max(a, b), Math.abs(a - b) % 4 == 3));
    }

    private static Arbitrary<Optional<ThreadBlock>> threadBlocks() {
        Arbitrary<List<Integer>> offsets =
                Arbitraries.integers().between(0, 1000).list().uniqueElements().ofMaxSize(5);
        return offsets.map(list -> list.isEmpty()
                ? Optional.empty()
                : Optional.of(new ThreadBlock(
                        Segment.GS,
                        list.stream()
                                .map(o -> new ThreadBlock.Field("bound" + o, 8 * o))
                                .toList())));
    }

    private static Abi describe(
            Deal deal,
            List<Xmm> vectors,
            ControlWords controlWords,
            StackRules stack,
            Optional<ThreadBlock> threadBlock) {
        List<IndexReg> preserved = deal.order().subList(0, deal.preserved());
        List<IndexReg> volatiles = deal.volatiles();
        return new Abi(
                "random",
                volatiles.subList(0, Math.min(deal.arguments(), volatiles.size())),
                volatiles.get(deal.result() % volatiles.size()),
                preserved.stream().filter(r -> r != rbp).toList(),
                preserved.contains(rbp),
                vectors,
                controlWords,
                stack,
                threadBlock);
    }
}
