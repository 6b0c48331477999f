// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines;

import static io.trapeze.emitter.operand.Mem.dword;
import static io.trapeze.emitter.operand.Mem.qword;
import static io.trapeze.emitter.operand.Mem.word;
import static io.trapeze.emitter.operand.Registers.*;
import static io.trapeze.trampolines.abi.AbiField.*;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.Caller;
import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.KReg;
import io.trapeze.emitter.operand.Label;
import io.trapeze.emitter.operand.Mem;
import io.trapeze.emitter.operand.Reg64;
import io.trapeze.emitter.operand.Xmm;
import io.trapeze.trampolines.ParallelMove.Step;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.AbiException;
import io.trapeze.trampolines.abi.AbiField;
import io.trapeze.trampolines.abi.ArgumentRules.Kind;
import io.trapeze.trampolines.abi.ArgumentRules.Place;
import io.trapeze.trampolines.abi.CallState;
import io.trapeze.trampolines.abi.GrowthCheck;
import io.trapeze.trampolines.abi.PreservedVector;
import java.util.Optional;

/**
 * Lets code of one ABI call a function of another.
 *
 * <pre>
 * bridge(arguments)   in: the signature's arguments as {@code from} passes them
 *                     calls: the target, with the arguments as {@code to} passes them, on the same stack
 *                     out: the target's result as {@code from} returns it; everything that {@code from} preserves as it was
 * </pre>
 *
 * <p>Saved is what {@code from} preserves and {@code to} does not, or what the bridge itself writes. A register that {@code from}
 * pins is given back as well; but m's follows the carrier, if both ABIs pin it. Where {@code from}'s functions compare RSP with a
 * limit, so does the bridge, and traps if its frame does not fit.
 *
 * @param signature what the function takes and returns
 * @param from the caller's ABI
 * @param to the function's
 * @param g where the goroutine is found, if {@code to} pins it to a register and {@code from} does not
 * @param m where the carrier is found, likewise
 */
public record CallBridge(Signature signature, Abi from, Abi to, Optional<Mem.Qword> g, Optional<Mem.Qword> m) {
    /** Checks that the memory can be read without any register. */
    public CallBridge {
        g.ifPresent(CallBridge::refuseRegisters);
        m.ifPresent(CallBridge::refuseRegisters);
    }

    /** Returns the bridge between two ABIs that need nothing but the signature. */
    public static CallBridge of(Signature signature, Abi from, Abi to) {
        return new CallBridge(signature, from, to, Optional.empty(), Optional.empty());
    }

    /** Returns this bridge, with the goroutine found in memory: at an address without registers, a segment's base included. */
    public CallBridge withG(Mem.Qword place) {
        return new CallBridge(signature, from, to, Optional.of(place), m);
    }

    /** Returns this bridge, with the carrier found in memory. */
    public CallBridge withM(Mem.Qword place) {
        return new CallBridge(signature, from, to, g, Optional.of(place));
    }

    private static void refuseRegisters(Mem.Qword place) {
        if (place.address().base() >= 0 || place.address().index() >= 0) {
            throw new IllegalArgumentException(place + " depends on a register, which holds anything when the bridge is"
                    + " called; name an absolute address, or one relative to fs or gs");
        }
    }

    // spotless:off
    /**
     * Emits the bridge.
     *
     * @param symbol the symbol that it gets
     * @throws AbiException if the ABIs leave no register for what the bridge has to do, or if something that {@code to} pins
     *     is not to be found
     */
    public CodeBlob emit(String symbol, BridgeTarget target) {
        Assembler a = new Assembler();
        BridgePlan plan = new BridgePlan(signature, from, to, target);
        BridgeFrame frame = new BridgeFrame(plan);
        Label tooSmall = a.label("too_small");
        a.symbol(symbol);
        a.unwind(new Caller.Entered(plan.callerRegisters(),
                new Caller.Convention(plan.calleeRegisters(), plan.call.bytes()), 0, false, false));
        enter(a, plan, frame, tooSmall);
        save(a, plan, frame);
        if (target instanceof BridgeTarget.Address address && plan.target.equals(Optional.of(BridgePlan.SLOT))) {
            a.mov(plan.scratch.orElseThrow(), address.value())              .because("the function to call");
            a.mov(qword(rsp, frame.target()), plan.scratch.orElseThrow()) .because("no register is free at the call");
        }
        arguments(a, plan, frame);
        pinned(a, to.pinned().g(), from.pinned().g(), g, PINNED_G, "the goroutine");
        pinned(a, to.pinned().m(), from.pinned().m(), m, PINNED_M, "the carrier");
        call(a, plan, frame, target);
        result(a, plan);
        restore(a, plan, frame);
        OutgoingCall.zero(a, from);
        clearDirection(a, from, to);
        leave(a, plan, frame);
        if (from.growth() instanceof GrowthCheck.Guard) {
            a.bind(tooSmall);
            a.ud2() .because("the stack is too small: stop here, before anything below it is written");
        }
        return a.finish(symbol);
    }

    private void enter(Assembler a, BridgePlan plan, BridgeFrame frame, Label tooSmall) {
        if (plan.scratchPushed) {
            IndexReg scratch = plan.scratch.orElseThrow();
            a.push(scratch) .because("none is free").serves(rule(scratch));
        }
        if (from.growth() instanceof GrowthCheck.Guard) {
            StackGrowth.check(a, from, frame.largest(), plan.scratch.orElseThrow(), tooSmall);
        }
        if (plan.aligns()) {
            a.mov(plan.scratch.orElseThrow(), rsp) .because("the way back");
            a.and(rsp, -to.stack().alignment())    .because(to.name() + " is called with more alignment than " + from.name()).serves(OutgoingCall.alignment(to));
        }
        Abi probing = from.growth() instanceof GrowthCheck.Probe ? from : to;
        boolean callee = plan.call.bytes() > 0;
        String reason = callee ? "room for what " + to.name() + "'s callee may write, and for what is kept" : "room for what is kept, and alignment";
        StackGrowth.reserve(a, probing, frame.size(), reason, plan.call.rule());
        if (plan.aligns()) {
            a.mov(qword(rsp, frame.wayBack()), plan.scratch.orElseThrow()) .because("above what the callee may write");
        }
    }

    private void save(Assembler a, BridgePlan plan, BridgeFrame frame) {
        for (IndexReg register : plan.savedGeneral()) {
            a.mov(qword(rsp, frame.offset(register)), register) .because(kept(register)).serves(rule(register));
        }
        for (PreservedVector vector : plan.savedVectors()) {
            VectorMove.store(a, rsp, frame.offset(vector), vector);
            a.because("preserved by " + from.name() + ", " + vector.bits() + " bits").serves(PRESERVED_VECTORS.of(vector));
        }
        for (KReg mask : plan.savedMasks()) {
            a.avx512().kmovq(qword(rsp, frame.offset(mask)), mask) .because("preserved by " + from.name()).serves(PRESERVED_MASKS.of(mask));
        }
        if (plan.savesMxcsr()) {
            a.stmxcsr(dword(rsp, frame.mxcsr())) .because("preserved by " + from.name()).serves(CONTROL_MXCSR.is(true));
        }
        if (plan.savesX87()) {
            a.fnstcw(word(rsp, frame.x87())) .because("preserved by " + from.name()).serves(CONTROL_X87.is(true));
        }
    }

    /** First what leaves registers, then what fills them. The scratch register is free until the general registers move. */
    private void arguments(Assembler a, BridgePlan plan, BridgeFrame frame) {
        for (BridgePlan.Way way : plan.ways) {
            if (way.to() instanceof Place.Stack word && !(way.from() instanceof Place.Stack)) {
                int at = frame.outgoing(word);
                if (way.from() instanceof Place.General general) {
                    a.mov(qword(rsp, at), general.register());
                } else {
                    Xmm register = ((Place.Vector) way.from()).register();
                    VectorMove.store(a, rsp, at, new PreservedVector(register.number(), 64));
                }
                a.because(way.what() + " goes to the stack").serves(rule(way.from(), from));
            }
        }
        for (BridgePlan.Way way : plan.ways) {
            if (way.to() instanceof Place.Stack word && way.from() instanceof Place.Stack source) {
                IndexReg scratch = plan.scratch.orElseThrow();
                load(a, plan, frame, scratch, source, way.what());
                a.mov(qword(rsp, frame.outgoing(word)), scratch) .because(way.what() + " for the callee");
            }
        }
        for (Step<Xmm> step : plan.vectors) {
            moveVector(a, plan, step);
        }
        for (BridgePlan.Way way : plan.ways) {
            if (way.to() instanceof Place.Vector vector && way.from() instanceof Place.Stack source) {
                Reg64 base = plan.aligns() ? plan.scratch.orElseThrow() : rsp;
                if (plan.aligns()) {
                    a.mov(plan.scratch.orElseThrow(), qword(rsp, frame.wayBack())) .because("the caller's part of the stack");
                }
                int at = frame.incoming(source) + (plan.aligns() ? 0 : frame.size());
                VectorMove.load(a, base, at, new PreservedVector(vector.register().number(), 64));
                a.because(way.what()).serves(ARGUMENTS_VECTORS.of(vector.register()));
            }
        }
        for (Step<IndexReg> step : plan.general) {
            move(a, step);
        }
        for (BridgePlan.Way way : plan.ways) {
            if (way.to() instanceof Place.General general && way.from() instanceof Place.Stack source) {
                load(a, plan, frame, general.register(), source, way.what());
                a.serves(rule(way.to(), to));
            }
        }
    }

    /** Emits an incoming stack argument's way to a general register. */
    private static void load(Assembler a, BridgePlan plan, BridgeFrame frame, IndexReg to, Place.Stack from, String what) {
        if (plan.aligns()) {
            a.mov(to, qword(rsp, frame.wayBack()))         .because("the caller's part of the stack");
            a.mov(to, qword(to, frame.incoming(from)))     .because(what);
        } else {
            a.mov(to, qword(rsp, frame.size() + frame.incoming(from))) .because(what);
        }
    }

    private static void move(Assembler a, Step<IndexReg> step) {
        if (step.swap()) {
            a.xchg(step.move().to(), step.move().from()) .because(step.move().what() + ", whose place is taken");
        } else {
            a.mov(step.move().to(), step.move().from()) .because(step.move().what());
        }
    }

    private static void moveVector(Assembler a, BridgePlan plan, Step<Xmm> step) {
        if (step.swap()) {
            IndexReg scratch = plan.scratch.orElseThrow();
            VectorMove.copy(a, scratch, step.move().to());
            a.because("still to be moved");
        }
        VectorMove.copy(a, step.move().to(), step.move().from());
        a.because(step.move().what()).serves(ARGUMENTS_VECTORS.of(step.move().to()));
        if (step.swap()) {
            VectorMove.copy(a, step.move().from(), plan.scratch.orElseThrow());
            a.because("the place that is free now");
        }
    }

    private void pinned(Assembler a, Optional<IndexReg> there, Optional<IndexReg> here, Optional<Mem.Qword> memory, AbiField field, String what) {
        if (there.isEmpty() || here.isPresent()) {
            return;
        }
        Mem.Qword place = memory.orElseThrow(() -> new AbiException(field, there.get(),
                "ABI '" + to.name() + "' has " + what + " there, but ABI '" + from.name() + "' has it in no register; say in"
                        + " which memory the bridge finds it"));
        a.mov(there.get(), place) .because(what).serves(field.is(there.get()));
    }

    private void call(Assembler a, BridgePlan plan, BridgeFrame frame, BridgeTarget target) {
        clearDirection(a, to, from);
        if (target instanceof BridgeTarget.Symbol external) {
            OutgoingCall.zero(a, to);
            a.call(a.external(external.name())) .because("by " + to.name());
            return;
        }
        Place place = plan.target.orElseThrow();
        if (target instanceof BridgeTarget.Address address && place instanceof Place.General general) {
            a.mov(general.register(), address.value()) .because("the function to call");
        }
        OutgoingCall.zero(a, to);
        if (place instanceof Place.General general) {
            a.call(general.register()) .because("by " + to.name());
        } else {
            a.call(qword(rsp, frame.target())) .because("by " + to.name());
        }
    }

    /** Emits what clears the direction flag where one side counts on it and the other does not see to it. */
    private static void clearDirection(Assembler a, Abi counting, Abi other) {
        if (counting.calls().directionFlag() == CallState.DirectionFlag.CLEAR
                && other.calls().directionFlag() != CallState.DirectionFlag.CLEAR) {
            a.cld() .because(other.name() + " leaves it as it likes").serves(CALLS_DIRECTION_FLAG.is("clear"));
        }
    }

    private void result(Assembler a, BridgePlan plan) {
        for (Step<IndexReg> step : plan.afterwards) {
            move(a, step);
        }
        if (signature.returns(Kind.VECTOR)) {
            Xmm there = BridgePlan.vectorResult(from);
            Xmm here = BridgePlan.vectorResult(to);
            if (!there.equals(here)) {
                VectorMove.copy(a, there, here);
                a.because("the result").serves(RESULTS_VECTORS.of(there));
            }
        }
    }

    private void restore(Assembler a, BridgePlan plan, BridgeFrame frame) {
        if (plan.savesMxcsr()) {
            a.ldmxcsr(dword(rsp, frame.mxcsr())) .because("as it was").serves(CONTROL_MXCSR.is(true));
        }
        if (plan.savesX87()) {
            a.fldcw(word(rsp, frame.x87())) .because("as it was").serves(CONTROL_X87.is(true));
        }
        for (KReg mask : plan.savedMasks()) {
            a.avx512().kmovq(mask, qword(rsp, frame.offset(mask))) .because("as it was").serves(PRESERVED_MASKS.of(mask));
        }
        for (PreservedVector vector : plan.savedVectors()) {
            VectorMove.load(a, rsp, frame.offset(vector), vector);
            a.because("as it was").serves(PRESERVED_VECTORS.of(vector));
        }
        for (IndexReg register : plan.savedGeneral()) {
            a.mov(register, qword(rsp, frame.offset(register))) .because("as it was").serves(rule(register));
        }
    }

    private void leave(Assembler a, BridgePlan plan, BridgeFrame frame) {
        if (plan.aligns()) {
            a.mov(rsp, qword(rsp, frame.wayBack())) .because("the caller's part of the stack");
        } else if (frame.size() > 0) {
            a.add(rsp, frame.size()) .because("the frame goes");
        }
        if (plan.scratchPushed) {
            IndexReg scratch = plan.scratch.orElseThrow();
            a.pop(scratch) .because("as it was").serves(rule(scratch));
        }
        a.ret();
    }
    // spotless:on

    private String kept(IndexReg register) {
        boolean pinned = from.pinned().all().contains(register);
        return (pinned ? "pinned by " : "preserved by ") + from.name() + ", not " + to.name() + " or not in this call";
    }

    /** Returns the rule that a register is kept by. */
    private String rule(IndexReg register) {
        if (from.pinned().g().equals(Optional.of(register))) {
            return PINNED_G.is(register);
        }
        if (from.pinned().m().equals(Optional.of(register))) {
            return PINNED_M.is(register);
        }
        return register == rbp ? PRESERVED_RBP.is(true) : PRESERVED_GENERAL.of(register);
    }

    /** Returns the rule that a value is in a register by; nothing for the function to call. */
    private static String rule(Place place, Abi abi) {
        if (place instanceof Place.General general && abi.integerArguments().contains(general.register())) {
            return ARGUMENTS_INTEGER.of(general.register());
        }
        return place instanceof Place.Vector vector ? ARGUMENTS_VECTORS.of(vector.register()) : "";
    }
}
