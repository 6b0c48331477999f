// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.diff;

import io.trapeze.emitter.operand.Mem;
import io.trapeze.emitter.operand.Moffs;
import io.trapeze.emitter.operand.Operand;
import io.trapeze.emitter.operand.Reg64;
import io.trapeze.emitter.operand.Register;
import io.trapeze.emitter.operand.Registers;
import io.trapeze.lab.explain.Origin;
import io.trapeze.lab.explain.Place;
import io.trapeze.lab.explain.State;
import io.trapeze.lab.explain.Step;
import io.trapeze.lab.explain.Value;
import io.trapeze.lab.explain.Walk;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The parts that operands play: an argument, a preserved register as itself, a field of a Gobuf, something to work with. */
final class Roles {
    private final Walk walk;

    Roles(Walk walk) {
        this.walk = walk;
    }

    /** Returns the part of each operand of a step. */
    List<String> of(Step step) {
        List<String> roles = new ArrayList<>();
        step.decoded().ifPresent(decoded -> {
            for (int i = 0; i < decoded.operands().size(); i++) {
                boolean written = decoded.form().operands().get(i).access().writes();
                roles.add(role(step, decoded.operands().get(i), written));
            }
        });
        return roles;
    }

    private String role(Step step, Operand operand, boolean written) {
        if (operand instanceof Register register) {
            return role(register, written ? step.made() : step.before());
        }
        if (operand instanceof Mem mem) {
            return place(step, mem).map(walk::name).orElse("memory");
        }
        if (operand instanceof Moffs) {
            return "memory";
        }
        return step.instruction().target().map(target -> target.name()).orElse("number");
    }

    private String role(Register register, State state) {
        String name = register.name();
        if (!(register instanceof Reg64 general)
                || register == Registers.rsp
                || !state.registers().containsKey(name)) {
            return name;
        }
        Value value = state.register(name);
        if (argument(value).isPresent()) {
            return "argument " + argument(value).get();
        }
        boolean itself = value.toString().equals(walk.signature().owner() + " " + name)
                || walk.abi().preserves(general) && value.origin() instanceof Origin.Content;
        return itself || register == Registers.rbp ? name : walk.abi().preserves(general) ? "preserved" : "scratch";
    }

    /** Returns which argument of the primitive a value is, if it is one. */
    static Optional<Integer> argument(Value value) {
        return value.origin() instanceof Origin.Argument argument && value.offset() == 0
                ? Optional.of(argument.index())
                : Optional.empty();
    }

    /** Returns where an operand leads before a step. */
    static Optional<Place> place(Step step, Mem mem) {
        return Place.of(mem.address(), register -> step.before().register(register.name()));
    }
}
