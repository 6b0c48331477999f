// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.Register;
import io.trapeze.lab.render.Json;
import io.trapeze.trampolines.abi.Abi;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code trapeze abi list}: the built-in ABIs. */
@Command(name = "list", header = "List the built-in ABIs.", sortOptions = false)
final class AbiListCommand implements Callable<Integer> {
    private final TrapezeCommand trapeze;

    @Option(names = "--json", description = "Print them as JSON.")
    private boolean json;

    AbiListCommand(TrapezeCommand trapeze) {
        this.trapeze = trapeze;
    }

    /**
     * One row of the list.
     *
     * @param arguments registers of integer arguments
     * @param preserved preserved general registers, RBP included
     * @param vectors how many vectors are preserved
     * @param alignment of the stack at calls, in bytes
     * @param shadow bytes of shadow space
     * @param redZone bytes of the red zone
     */
    record Row(
            String name,
            List<String> arguments,
            List<String> preserved,
            int vectors,
            int alignment,
            int shadow,
            int redZone) {
        static Row of(Abi abi) {
            Stream<IndexReg> general = abi.preservedGeneral().stream();
            return new Row(
                    abi.name(),
                    abi.integerArguments().stream().map(Register::name).toList(),
                    Stream.concat(general.map(Register::name), Stream.of("rbp").filter(r -> abi.preservesRbp()))
                            .toList(),
                    abi.preservedVectors().size(),
                    abi.stack().alignment(),
                    abi.stack().shadow(),
                    abi.stack().redZone());
        }
    }

    @Override
    public Integer call() {
        List<Row> rows = Abi.builtIn().stream().map(Row::of).toList();
        trapeze.shell().print(json ? Json.of(rows) : text(rows));
        return Exit.FINE;
    }

    private static String text(List<Row> rows) {
        return rows.stream()
                .map(row -> String.format(
                        "%-15s arguments %s\n%-15s preserved %s%s\n%-15s stack     aligned to %d, shadow %d, red zone %d\n",
                        row.name(),
                        row.arguments().isEmpty() ? "on the stack" : String.join(" ", row.arguments()),
                        "",
                        String.join(" ", row.preserved()),
                        vectors(row),
                        "",
                        row.alignment(),
                        row.shadow(),
                        row.redZone()))
                .collect(Collectors.joining());
    }

    private static String vectors(Row row) {
        return row.vectors() == 0 ? "" : ", " + row.vectors() + " vectors";
    }
}
