// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.check;

import io.trapeze.testkit.check.Verdict;
import io.trapeze.testkit.museum.Exhibit;
import io.trapeze.testkit.museum.Finding;
import io.trapeze.testkit.museum.Piece;
import io.trapeze.testkit.museum.Reference;
import java.util.List;
import java.util.Optional;

/**
 * An exhibit, and what the check says of it.
 *
 * @param code what is wrong here: {@code mcall of win64}
 * @param finding what the check has to say
 * @param outcome what came of it
 * @param check what the check says; nothing if it did not run
 */
public record ExhibitReport(
        String name,
        String title,
        String code,
        String story,
        List<Reference> references,
        List<Exhibit.Change> changes,
        Finding finding,
        Outcome outcome,
        Optional<CheckReport> check) {
    /** What came of a check. */
    public enum Outcome {
        /** Nobody asked for one. */
        NOT_RUN,
        /** It found what it has to find. */
        FOUND,
        /** It found something else, or nothing. */
        MISSED,
        /** This processor lacks registers that it takes. */
        IMPOSSIBLE
    }

    /** Tells of an exhibit that is not checked. */
    public static ExhibitReport of(Exhibit exhibit, Outcome outcome) {
        return of(exhibit, outcome, Optional.empty());
    }

    /**
     * Tells of an exhibit that was checked.
     *
     * @param again what to type to see it again
     */
    public static ExhibitReport of(Exhibit exhibit, Verdict verdict, String again) {
        Outcome outcome = exhibit.finding().isOf(verdict) ? Outcome.FOUND : Outcome.MISSED;
        return of(exhibit, outcome, Optional.of(check(exhibit, verdict, again)));
    }

    private static ExhibitReport of(Exhibit exhibit, Outcome outcome, Optional<CheckReport> check) {
        return new ExhibitReport(
                exhibit.name(),
                exhibit.title(),
                exhibit.piece().label(),
                exhibit.story(),
                exhibit.references(),
                exhibit.changes(),
                exhibit.finding(),
                outcome,
                check);
    }

    private static CheckReport check(Exhibit exhibit, Verdict verdict, String again) {
        CheckReport.Replay replay = new CheckReport.Replay(again, Optional.empty(), Optional.empty());
        if (exhibit.piece() instanceof Piece.Generated generated) {
            return CheckReport.of(generated.subject().with(exhibit.wrong()), verdict, replay);
        }
        Piece.Function function = (Piece.Function) exhibit.piece();
        return CheckReport.ofFunction(function.symbol(), exhibit.wrong(), function.abi(), verdict, replay);
    }
}
