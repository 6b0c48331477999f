// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines.abi;

import static io.trapeze.trampolines.abi.AbiField.RESULTS_INTEGER;
import static io.trapeze.trampolines.abi.AbiField.RESULTS_VECTORS;

import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.Xmm;
import java.util.List;

/**
 * Where a call's results are.
 *
 * @param integer registers of integers and pointers, in order; at least one
 * @param vectors registers of floating-point numbers and vectors, in order
 */
public record ResultRules(List<IndexReg> integer, List<Xmm> vectors) {
    /** Copies the lists and checks them. */
    public ResultRules {
        integer = List.copyOf(integer);
        vectors = List.copyOf(vectors);
        if (integer.isEmpty()) {
            throw new AbiException(
                    RESULTS_INTEGER,
                    "it is empty, but systemstack returns its thunk's result; name a volatile register");
        }
        Contradictions.distinct(RESULTS_INTEGER, integer);
        Contradictions.distinct(RESULTS_VECTORS, vectors);
    }

    /** Returns these rules with other registers for integers. */
    public ResultRules withInteger(IndexReg... registers) {
        return new ResultRules(List.of(registers), vectors);
    }

    /** Returns these rules with other registers for vectors. */
    public ResultRules withVectors(Xmm... registers) {
        return new ResultRules(integer, List.of(registers));
    }
}
