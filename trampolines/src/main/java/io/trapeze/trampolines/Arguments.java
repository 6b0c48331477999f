// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines;

import static io.trapeze.emitter.operand.Mem.qword;
import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.Reg64;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.AbiException;
import io.trapeze.trampolines.abi.AbiField;
import io.trapeze.trampolines.abi.ArgumentRules.Place;
import java.util.List;

/**
 * Where a primitive finds its integer arguments on entry, and which registers it may use besides.
 *
 * <p>Arguments that the ABI passes on the stack are loaded into scratch registers first.
 */
final class Arguments {
    private final Abi abi;
    private final List<Place> places;
    private final List<IndexReg> scratch;

    /**
     * Plans the registers.
     *
     * @param count integer arguments of the primitive
     * @param scratch registers it needs besides
     * @param reserved registers it has a use of its own for
     * @throws AbiException if the ABI leaves too few registers, or passes an argument in a reserved one
     */
    Arguments(Abi abi, int count, int scratch, Reg64... reserved) {
        this.abi = abi;
        this.places = abi.arguments().integerPlaces(count);
        for (Reg64 register : reserved) {
            int index = abi.integerArguments().indexOf(register);
            if (index >= 0 && index < count) {
                throw new AbiException(
                        AbiField.ARGUMENTS_INTEGER,
                        register + " carries argument " + (index + 1) + " of ABI '" + abi.name()
                                + "', and the code needs it for itself; pass that argument in another register");
            }
        }
        int stacked = Math.max(0, count - abi.integerArguments().size());
        this.scratch = abi.scratch(stacked + scratch, count, reserved);
    }

    // spotless:off
    /**
     * Returns the register of argument {@code index}, loading it if the ABI passes it on the stack: RSP must still be as it
     * was on entry.
     */
    IndexReg load(Assembler a, int index, String what) {
        if (places.get(index) instanceof Place.General general) {
            return general.register();
        }
        int stacked = index - abi.integerArguments().size();
        IndexReg register = scratch.get(scratch.size() - 1 - stacked);
        int word = ((Place.Stack) places.get(index)).word();
        a.mov(register, qword(rsp, 8 + abi.stack().shadow() + 8 * word))
            .because(what).serves(AbiField.ARGUMENTS_INTEGER.is(abi.integerArguments()));
        return register;
    }
    // spotless:on

    /** Returns a register that holds no argument and need not be preserved. */
    IndexReg scratch(int index) {
        return scratch.get(index);
    }
}
