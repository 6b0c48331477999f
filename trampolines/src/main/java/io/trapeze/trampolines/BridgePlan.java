// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines;

import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.KReg;
import io.trapeze.emitter.operand.Register;
import io.trapeze.emitter.operand.Registers;
import io.trapeze.emitter.operand.Xmm;
import io.trapeze.trampolines.ParallelMove.Move;
import io.trapeze.trampolines.ParallelMove.Step;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.AbiException;
import io.trapeze.trampolines.abi.AbiField;
import io.trapeze.trampolines.abi.ArgumentRules.Kind;
import io.trapeze.trampolines.abi.ArgumentRules.Place;
import io.trapeze.trampolines.abi.GrowthCheck;
import io.trapeze.trampolines.abi.PreservedVector;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** What a {@link CallBridge} moves where, and what it has to keep for its caller: all decided before the first instruction. */
final class BridgePlan {
    /**
     * A value on its way.
     *
     * @param what is moved, for the listing
     * @param from where the caller left it
     * @param to where the callee expects it; a target's word on the stack is {@link #SLOT}
     */
    record Way(String what, Place from, Place to) {}

    /** Stands for the frame's slot of the target's address. */
    static final Place.Stack SLOT = new Place.Stack(-1);

    private static final List<IndexReg> GENERAL =
            List.of(rax, rcx, rdx, r11, r10, r9, r8, rdi, rsi, rbx, r12, r13, r14, r15, rbp);

    final Abi from;
    final Abi to;
    final OutgoingCall call;
    final List<Way> ways = new ArrayList<>();
    final List<Step<IndexReg>> general;
    final List<Step<Xmm>> vectors;
    final List<Step<IndexReg>> afterwards;
    final Optional<Place> target;
    final Optional<IndexReg> scratch;
    final boolean scratchPushed;

    private final Signature signature;
    private final Set<Register> written = new HashSet<>();

    BridgePlan(Signature signature, Abi from, Abi to, BridgeTarget target) {
        this.signature = signature;
        this.from = from;
        this.to = to;
        List<Kind> incoming = new ArrayList<>();
        if (target instanceof BridgeTarget.FirstArgument) {
            incoming.add(Kind.INTEGER);
        }
        incoming.addAll(List.of(signature.kinds()));
        List<Place> sources = from.arguments().places(incoming.toArray(Kind[]::new));
        call = new OutgoingCall(to, signature.kinds());
        int hidden = incoming.size() - call.places().size();
        for (int i = 0; i < call.places().size(); i++) {
            ways.add(new Way(
                    "argument " + (i + 1),
                    sources.get(i + hidden),
                    call.places().get(i)));
        }
        this.target = target(target, hidden > 0 ? sources.get(0) : null);
        vectors = ParallelMove.sequence(moves(Place.Vector.class, Place.Vector::register));
        List<Move<IndexReg>> between = moves(Place.General.class, Place.General::register);
        if (from.pinned().g().isPresent() && to.pinned().g().isPresent()) {
            between.add(new Move<>(to.pinned().g().get(), from.pinned().g().get(), "the goroutine"));
        }
        if (from.pinned().m().isPresent() && to.pinned().m().isPresent()) {
            between.add(new Move<>(to.pinned().m().get(), from.pinned().m().get(), "the carrier"));
        }
        general = ParallelMove.sequence(between);
        afterwards = ParallelMove.sequence(afterwards());
        ways.forEach(way -> register(way.to()).ifPresent(written::add));
        this.target.flatMap(BridgePlan::register).ifPresent(written::add);
        general.forEach(step -> written.add(step.move().to()));
        written.addAll(to.calls().zero());
        pinnedElsewhere(to.pinned().g(), from.pinned().g());
        pinnedElsewhere(to.pinned().m(), from.pinned().m());
        scratch = needsScratch(target) ? Optional.of(findScratch()) : Optional.empty();
        scratchPushed = scratch.isPresent() && keptForCaller(scratch.get());
    }

    private void pinnedElsewhere(Optional<IndexReg> there, Optional<IndexReg> here) {
        there.filter(r -> !here.equals(there)).ifPresent(written::add);
    }

    /** Where the target's address is at the call; nothing for a symbol. */
    private Optional<Place> target(BridgeTarget target, Place argument) {
        if (target instanceof BridgeTarget.Symbol) {
            return Optional.empty();
        }
        Place source = argument;
        if (target instanceof BridgeTarget.InRegister in) {
            source = new Place.General(refuseTaken(in.register()));
        }
        Place preferred = source;
        Place place = Stream.concat(
                        Stream.of(source)
                                .filter(Place.General.class::isInstance)
                                .map(p -> ((Place.General) p).register()),
                        Stream.concat(
                                GENERAL.stream().filter(r -> !keptForCaller(r)),
                                GENERAL.stream().filter(this::keptForCaller)))
                .filter(this::freeAtCall)
                .<Place>map(Place.General::new)
                .findFirst()
                .orElse(SLOT);
        if (preferred != null) {
            ways.add(new Way("the function to call", preferred, place));
        }
        return Optional.of(place);
    }

    private IndexReg refuseTaken(IndexReg register) {
        boolean argument = ways.stream().anyMatch(way -> way.from().equals(new Place.General(register)));
        if (argument
                || from.pinned().all().contains(register)
                || from.calls().zero().contains(register)) {
            throw new AbiException(
                    argument ? AbiField.ARGUMENTS_INTEGER : AbiField.PINNED_G,
                    "the bridge is to find the function to call in " + register + ", but in ABI '" + from.name()
                            + "' it " + (argument ? "carries an argument" : "is pinned or kept zero")
                            + "; pass the function in another register");
        }
        return register;
    }

    /** Whether a register carries nothing when the callee is entered. */
    private boolean freeAtCall(IndexReg register) {
        return ways.stream().noneMatch(way -> way.to().equals(new Place.General(register)))
                && !to.pinned().all().contains(register)
                && !from.pinned().all().contains(register)
                && !to.calls().zero().contains(register);
    }

    private <P extends Place, R> List<Move<R>> moves(Class<P> in, java.util.function.Function<P, R> register) {
        List<Move<R>> moves = new ArrayList<>();
        for (Way way : ways) {
            if (in.isInstance(way.from()) && in.isInstance(way.to())) {
                moves.add(
                        new Move<>(register.apply(in.cast(way.to())), register.apply(in.cast(way.from())), way.what()));
            }
        }
        return moves;
    }

    private List<Move<IndexReg>> afterwards() {
        List<Move<IndexReg>> moves = new ArrayList<>();
        if (signature.returns(Kind.INTEGER)) {
            moves.add(new Move<>(from.result(), to.result(), "the result"));
        }
        if (from.pinned().m().isPresent() && to.pinned().m().isPresent()) {
            moves.add(new Move<>(
                    from.pinned().m().get(), to.pinned().m().get(), "the carrier that goes on, maybe another"));
        }
        return moves;
    }

    /** Returns where a floating-point result is by an ABI. */
    static Xmm vectorResult(Abi abi) {
        return abi.results().vectors().stream()
                .findFirst()
                .orElseThrow(() -> new AbiException(
                        AbiField.RESULTS_VECTORS,
                        "ABI '" + abi.name() + "' has no register for floating-point results, but the signature has"
                                + " such a result; name one"));
    }

    static Optional<Register> register(Place place) {
        if (place instanceof Place.General general) {
            return Optional.of(general.register());
        }
        return place instanceof Place.Vector vector ? Optional.of(vector.register()) : Optional.empty();
    }

    /** Whether RSP has to be aligned at run time, because the caller aligns it less than the callee expects. */
    boolean aligns() {
        return to.stack().alignment() > from.stack().alignment();
    }

    private boolean needsScratch(BridgeTarget how) {
        boolean addressInSlot = how instanceof BridgeTarget.Address && target.equals(Optional.of(SLOT));
        boolean copies =
                ways.stream().anyMatch(way -> way.from() instanceof Place.Stack && way.to() instanceof Place.Stack);
        return aligns()
                || from.growth() instanceof GrowthCheck.Guard
                || addressInSlot
                || copies
                || vectors.stream().anyMatch(Step::swap);
    }

    /** A register that is free until the general registers move: a volatile one if there is one. */
    private IndexReg findScratch() {
        Set<Register> taken = new HashSet<>(from.pinned().all());
        ways.forEach(way -> register(way.from()).ifPresent(taken::add));
        List<IndexReg> free = GENERAL.stream().filter(r -> !taken.contains(r)).toList();
        return Stream.concat(free.stream().filter(r -> !keptForCaller(r)), free.stream())
                .findFirst()
                .orElseThrow(() -> new AbiException(
                        AbiField.ARGUMENTS_INTEGER,
                        "ABI '" + from.name() + "' leaves no scratch register for the bridge: every register is pinned,"
                                + " carries an argument or the function to call; pass fewer arguments in registers"));
    }

    /** Whether the caller finds a register as it was after this call. */
    boolean keptForCaller(IndexReg register) {
        return kept(from, register) || from.pinned().all().contains(register);
    }

    private boolean kept(Abi abi, IndexReg register) {
        return abi.preserves(register) && !(signature.returns(Kind.INTEGER) && register == abi.result());
    }

    private int keptBits(Abi abi, int vector) {
        boolean result = signature.returns(Kind.VECTOR) && vectorResult(abi).number() == vector;
        return result
                ? 0
                : abi.preservedVectors().stream()
                        .filter(v -> v.number() == vector)
                        .mapToInt(PreservedVector::bits)
                        .findFirst()
                        .orElse(0);
    }

    /** General registers that the caller has back and that would be lost, but for a pushed scratch register. */
    List<IndexReg> savedGeneral() {
        boolean carrierMoves = from.pinned().m().isPresent() && to.pinned().m().isPresent();
        return GENERAL.stream()
                .filter(this::keptForCaller)
                .filter(r -> !(scratchPushed && scratch.equals(Optional.of(r))))
                .filter(r -> !(carrierMoves && from.pinned().m().equals(Optional.of(r))))
                .filter(r -> written.contains(r)
                        || !(kept(to, r) || to.pinned().all().contains(r)))
                .toList();
    }

    /** The same of vectors, as wide as the caller has them back. */
    List<PreservedVector> savedVectors() {
        return from.preservedVectors().stream()
                .filter(v -> keptBits(from, v.number()) > 0)
                .filter(v -> written.contains(Registers.xmm(v.number())) || keptBits(to, v.number()) < v.bits())
                .toList();
    }

    /** The same of mask registers. */
    List<KReg> savedMasks() {
        return from.preserved().masks().stream()
                .filter(k -> !to.preserved().masks().contains(k))
                .toList();
    }

    boolean savesMxcsr() {
        return from.controlWords().mxcsr() && !to.controlWords().mxcsr();
    }

    boolean savesX87() {
        return from.controlWords().x87() && !to.controlWords().x87();
    }

    /** Registers that a walk has to find for the caller, in whole. */
    List<Register> callerRegisters() {
        List<Register> registers = wholeRegisters(from);
        from.pinned().g().ifPresent(registers::add);
        return registers;
    }

    /** Registers that the call leaves as they were, in whole. */
    List<Register> calleeRegisters() {
        List<Register> registers = wholeRegisters(to);
        to.pinned().g().ifPresent(registers::add);
        return registers;
    }

    private List<Register> wholeRegisters(Abi abi) {
        Stream<Register> vectors =
                IntStream.range(0, 32).filter(n -> keptBits(abi, n) >= 128).mapToObj(Registers::xmm);
        return new ArrayList<>(Stream.concat(GENERAL.stream().filter(r -> kept(abi, r)), vectors)
                .toList());
    }
}
