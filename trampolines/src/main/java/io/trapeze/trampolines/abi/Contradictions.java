// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines.abi;

import static io.trapeze.trampolines.abi.AbiField.*;

import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.Register;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What no convention can ask of a register: the parts of a description that name registers, held against each other. */
record Contradictions(
        ArgumentRules arguments, ResultRules results, PreservedSet preserved, CallState calls, PinnedRegisters pinned) {

    /** Refuses a list that names something twice. */
    static void distinct(AbiField field, Collection<?> elements) {
        Set<Object> seen = new HashSet<>();
        for (Object element : elements) {
            if (!seen.add(element)) {
                throw new AbiException(field, element + " is listed twice; drop one of the two");
            }
        }
    }

    /** Refuses parts that do not go together. */
    void refuse(GrowthCheck growth) {
        if (!preserved.overlap()) {
            refuseOverlap();
        }
        pinned.all().forEach(this::refusePinned);
        calls.zero().forEach(this::refuseZero);
        if (growth instanceof GrowthCheck.Guard guard && pinned.g().isEmpty()) {
            throw new AbiException(
                    GROWTH_GUARD,
                    guard.guard(),
                    "the limit is found through the goroutine, but no register is pinned to it; set pinned.g");
        }
    }

    private void refuseOverlap() {
        String both = " is preserved as well, and a register cannot be both; drop it from one of the two lists, or say"
                + " preserved.overlap = true if callees give their arguments back";
        for (IndexReg register : arguments.integer()) {
            if (preserved.contains(register)) {
                throw new AbiException(ARGUMENTS_INTEGER, register + both);
            }
        }
        for (Register register : arguments.vectors()) {
            if (preserved.contains(register)) {
                throw new AbiException(ARGUMENTS_VECTORS, register + both);
            }
        }
        String lost = " is preserved as well, so it could carry no result; choose a volatile register";
        for (IndexReg register : results.integer()) {
            if (preserved.contains(register)) {
                throw new AbiException(RESULTS_INTEGER, register + lost);
            }
        }
        for (Register register : results.vectors()) {
            if (preserved.contains(register)) {
                throw new AbiException(RESULTS_VECTORS, register + lost);
            }
        }
    }

    private void refusePinned(IndexReg register) {
        AbiField field = pinned.g().equals(Optional.of(register)) ? PINNED_G : PINNED_M;
        if (preserved.contains(register)) {
            throw new AbiException(
                    field,
                    register + " is preserved as well, but nobody may change it in the first place; drop it from"
                            + " preserved.general");
        }
        use(register).ifPresent(other -> {
            throw new AbiException(
                    field,
                    register + " is in " + other + " as well, and it holds one thing only; choose another register");
        });
    }

    private void refuseZero(Register register) {
        if (preserved.contains(register)) {
            throw new AbiException(
                    CALLS_ZERO,
                    register
                            + " is preserved as well, but what is always zero at calls needs no keeping; drop it from one"
                            + " of the two lists");
        }
        Optional<AbiField> other = use(register);
        if (pinned.all().contains(register)) {
            other = Optional.of(pinned.g().equals(Optional.of(register)) ? PINNED_G : PINNED_M);
        }
        other.ifPresent(field -> {
            throw new AbiException(
                    CALLS_ZERO,
                    register + " is in " + field
                            + " as well, so it cannot be zero at calls; drop it from one of the two");
        });
    }

    /** Where a register carries an argument or a result. */
    private Optional<AbiField> use(Register register) {
        return List.of(ARGUMENTS_INTEGER, ARGUMENTS_VECTORS, RESULTS_INTEGER, RESULTS_VECTORS).stream()
                .filter(field -> registers(field).contains(register))
                .findFirst();
    }

    private List<? extends Register> registers(AbiField field) {
        return switch (field) {
            case ARGUMENTS_INTEGER -> arguments.integer();
            case ARGUMENTS_VECTORS -> arguments.vectors();
            case RESULTS_INTEGER -> results.integer();
            default -> results.vectors();
        };
    }
}
