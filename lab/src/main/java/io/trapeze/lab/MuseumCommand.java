// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import io.trapeze.lab.check.ExhibitReport;
import io.trapeze.lab.check.ExhibitReport.Outcome;
import io.trapeze.lab.render.Json;
import io.trapeze.lab.render.MuseumText;
import io.trapeze.runtime.host.Host;
import io.trapeze.testkit.check.Check;
import io.trapeze.testkit.museum.Exhibit;
import io.trapeze.testkit.museum.Museum;
import io.trapeze.trampolines.SaveSet;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code trapeze museum}: shows bugs that were real, and has the check find them. */
@Command(
        name = "museum",
        header = "Show bugs that were real, and have the check find them.",
        description = "Without arguments the exhibits' names and titles.",
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {"  trapeze museum", "  trapeze museum half-of-xmm", "  trapeze museum all"})
final class MuseumCommand implements Callable<Integer> {
    private static final String ALL = "all";

    /** An exhibit, or all of them. */
    static final class ExhibitChoice extends Choice<String> {
        ExhibitChoice() {
            super("exhibit", Stream.concat(Museum.names().stream(), Stream.of(ALL)), name -> name);
        }
    }

    private final TrapezeCommand trapeze;

    @Parameters(
            arity = "0..1",
            paramLabel = "EXHIBIT",
            converter = ExhibitChoice.class,
            description = "Which one to show and to check; `all` to check each.")
    private String name;

    @Mixin
    private Tries tries;

    @Option(names = "--json", description = "Print the exhibits, and what the check says, as JSON.")
    private boolean json;

    MuseumCommand(TrapezeCommand trapeze) {
        this.trapeze = trapeze;
    }

    @Override
    public Integer call() {
        tries.most(); // refused before anything is done
        if (name == null) {
            List<ExhibitReport> all = Museum.exhibits().stream()
                    .map(exhibit -> ExhibitReport.of(exhibit, Outcome.NOT_RUN))
                    .toList();
            trapeze.shell().print(json ? Json.of(all) : MuseumText.list(all));
            return Exit.FINE;
        }
        List<ExhibitReport> reports = checked(name.equals(ALL) ? Museum.exhibits() : List.of(Museum.exhibit(name)));
        trapeze.shell().print(json ? Json.of(reports) : text(reports));
        return reports.stream().anyMatch(report -> report.outcome() == Outcome.MISSED)
                ? Exit.FAILED
                : reports.stream().allMatch(report -> report.outcome() == Outcome.IMPOSSIBLE)
                        ? Exit.IMPOSSIBLE
                        : Exit.FINE;
    }

    private String text(List<ExhibitReport> reports) {
        return name.equals(ALL)
                ? MuseumText.outcomes(reports, trapeze.outStyle())
                : MuseumText.of(reports.get(0), trapeze.outStyle());
    }

    private List<ExhibitReport> checked(List<Exhibit> exhibits) {
        try (Check check = Check.ofDangerousCode();
                StatusLine status = new StatusLine(trapeze.shell())) {
            return exhibits.stream()
                    .peek(exhibit -> status.show("checking " + exhibit.name()))
                    .map(exhibit -> checked(check, exhibit))
                    .toList();
        }
    }

    private ExhibitReport checked(Check check, Exhibit exhibit) {
        if (!exhibit.piece().needs().fits(SaveSet.widest(Host.detect().cpu().xcr0()))) {
            return ExhibitReport.of(exhibit, Outcome.IMPOSSIBLE);
        }
        return ExhibitReport.of(
                exhibit, exhibit.check(check, tries.most(), tries.seed()), "trapeze museum " + exhibit.name());
    }
}
