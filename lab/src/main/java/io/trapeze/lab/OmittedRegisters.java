// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import io.trapeze.emitter.operand.Register;
import io.trapeze.emitter.operand.Registers;
import io.trapeze.trampolines.Omission;
import io.trapeze.trampolines.abi.Abi;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** The registers that {@code --omit} names. */
final class OmittedRegisters {
    private OmittedRegisters() {}

    /**
     * Finds them.
     *
     * @param command whose option it is
     * @throws ParameterException if one is no register, or none that the ABI preserves
     */
    static Omission of(List<String> names, Abi abi, CommandLine command) {
        Set<String> offered = Omission.candidates(abi).stream()
                .map(Register::name)
                .collect(Collectors.toCollection(LinkedHashSet::new));
        Set<Register> registers = new LinkedHashSet<>();
        for (String name : names) {
            registers.add(Registers.named(name.strip().toLowerCase(Locale.ROOT))
                    .orElseThrow(() -> new ParameterException(command, Choice.unknown("register", name, offered))));
        }
        Omission omission = new Omission(registers);
        try {
            omission.requirePreserved(abi);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command, e.getMessage(), e);
        }
        return omission;
    }
}
