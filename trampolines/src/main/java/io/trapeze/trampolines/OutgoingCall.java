// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines;

import static io.trapeze.emitter.operand.Mem.qword;
import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.Register;
import io.trapeze.emitter.operand.Registers;
import io.trapeze.emitter.operand.Xmm;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.AbiField;
import io.trapeze.trampolines.abi.ArgumentRules.Kind;
import io.trapeze.trampolines.abi.ArgumentRules.Place;
import java.util.List;

/** A call: what its caller has to see to. */
public final class OutgoingCall {
    private final Abi abi;
    private final List<Place> places;

    /** Makes a call with at most one argument, an integer. */
    OutgoingCall(Abi abi, int arguments) {
        this.abi = abi;
        this.places = abi.arguments().integerPlaces(arguments);
    }

    /** Makes a call with arguments of these classes. */
    OutgoingCall(Abi abi, Kind... arguments) {
        this.abi = abi;
        this.places = abi.arguments().places(arguments);
    }

    /** Returns where the arguments are. */
    List<Place> places() {
        return places;
    }

    /** Returns where a word of stack arguments is, in bytes from RSP at the call. */
    int offset(Place.Stack place) {
        return abi.stack().shadow() + 8 * place.word();
    }

    /** Returns the bytes from RSP at the call up to the caller's own data: shadow space, stack arguments, spill space. */
    int bytes() {
        int firstWord = Math.min(
                abi.arguments().integer().size(), abi.arguments().vectors().size());
        int words = abi.arguments().positional() ? Math.max(0, places.size() - firstWord) : 0;
        int spilled = 0;
        for (Place place : places) {
            if (place instanceof Place.Stack stack) {
                words = Math.max(words, stack.word() + 1);
            } else if (abi.stack().spill()) {
                spilled++;
            }
        }
        return abi.stack().shadow() + 8 * (words + spilled);
    }

    // spotless:off
    /** Emits the first argument's way to where the callee expects it; RSP is as it will be at the call. */
    void argument(Assembler a, IndexReg value) {
        Place place = places.get(0);
        if (place instanceof Place.Stack stack) {
            a.mov(qword(rsp, offset(stack)), value)
                .because("argument of the callee, on the stack").serves(AbiField.ARGUMENTS_INTEGER.is(abi.integerArguments()));
        } else if (place instanceof Place.General general && general.register() != value) {
            a.mov(general.register(), value) .because("argument of the callee").serves(AbiField.ARGUMENTS_INTEGER.of(general.register()));
        }
    }

    /**
     * Emits the reservation of {@code bytes}, shadow space included; nothing if it is 0.
     *
     * @param besides what else the caller keeps there; empty for nothing
     */
    void reserve(Assembler a, int bytes, String besides) {
        if (bytes == 0) {
            return;
        }
        boolean shadow = abi.stack().shadow() > 0;
        boolean spill = abi.stack().spill() && bytes() > 0;
        String callee = shadow || spill ? "shadow space, where the callee may home its arguments" : "room";
        String rest = besides.isEmpty() ? "" : (shadow || spill ? ", and room for " : " for ") + besides;
        StackGrowth.reserve(a, abi, bytes, callee + rest, rule());
    }

    /** Returns the rule that the space at the call site serves first. */
    String rule() {
        return abi.stack().shadow() > 0
                ? AbiField.STACK_SHADOW.is(abi.stack().shadow())
                : abi.stack().spill() && bytes() > 0 ? AbiField.STACK_SPILL.is(true) : alignment(abi);
    }

    /** Returns the rule that the alignment at calls serves. */
    static String alignment(Abi abi) {
        return AbiField.STACK_ALIGNMENT.is(abi.stack().alignment());
    }

    /** Emits what makes those registers zero that have to be, at a call or a return. */
    public static void zero(Assembler a, Abi abi) {
        for (Register register : abi.calls().zero()) {
            if (register instanceof Xmm vector) {
                a.xorps(vector, vector) .because("zero at calls and returns").serves(AbiField.CALLS_ZERO.of(register));
            } else {
                a.xor(Registers.gp32(register.number()), Registers.gp32(register.number()))
                    .because("zero at calls and returns").serves(AbiField.CALLS_ZERO.of(register));
            }
        }
    }
    // spotless:on
}
