// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.explain;

import static io.trapeze.emitter.operand.Registers.rax;
import static io.trapeze.emitter.operand.Registers.rcx;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.Instruction;
import io.trapeze.emitter.operand.Mem;
import io.trapeze.emitter.operand.Operand;
import io.trapeze.lab.abi.AbiRules;
import io.trapeze.trampolines.Gobuf;
import io.trapeze.trampolines.Mcall;
import io.trapeze.trampolines.SwitchState;
import io.trapeze.trampolines.abi.Abi;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Which rule of a description each field of its Gobuf is there for: the one that is served by the instruction that fills it. */
public final class GobufRules {
    private final Map<String, String> rules = new HashMap<>();

    private GobufRules(Abi abi) {
        Assembler a = new Assembler();
        Mcall.suspend(a, SwitchState.of(abi), rcx, rax); // which registers, does not matter: it is never run
        AbiRules all = AbiRules.of(abi);
        Map<Integer, String> served = new HashMap<>();
        for (Instruction instruction : a.finish("suspend").instructions()) {
            List<Operand> operands = instruction.decoded().orElseThrow().operands();
            if (operands.get(0) instanceof Mem mem && mem.address().base() == rcx.number()) {
                served.put(mem.address().displacement(), all.path(instruction.rule()));
            }
        }
        Gobuf.of(abi).rows().forEach(row -> rules.put(row.name(), served.getOrDefault(row.offset(), "")));
    }

    /** Returns the rules of a description's Gobuf. */
    public static GobufRules of(Abi abi) {
        return new GobufRules(abi);
    }

    /** Returns the path of the rule that a field is there for; empty if every convention has it. */
    public String path(String field) {
        return rules.getOrDefault(field, "");
    }
}
