// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.grack.nanojson.JsonArray;
import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import com.grack.nanojson.JsonParserException;
import io.trapeze.lab.check.ExhibitReport;
import io.trapeze.lab.check.ExhibitReport.Outcome;
import io.trapeze.lab.render.MuseumText;
import io.trapeze.lab.render.Style;
import io.trapeze.runtime.os.Platform;
import io.trapeze.testkit.check.Verdict;
import io.trapeze.testkit.museum.Exhibit;
import io.trapeze.testkit.museum.Museum;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("trapeze museum")
class MuseumCommandTest {
    private static void assumeThatCapsulesRun() {
        Platform here = Platform.current();
        assumeTrue(here.isLinux() && here.isX64(), "capsules are programs for Linux on x86-64");
    }

    @Test
    void namesEachExhibit() {
        Session.Ending ending = new Session().type("museum");
        assertThat(ending.exit()).isZero();
        assertThat(ending.out().lines().map(line -> line.split(" ", 2)[0])).containsExactlyElementsOf(Museum.names());
        assertThat(ending.out()).contains("Half of each vector is saved\n");
    }

    @Test
    void tellsTheStoryShowsTheWrongLinesAndFindsThem() {
        assumeThatCapsulesRun();
        Session.Ending ending = new Session().type("museum rbx-and-r14-forgotten");
        assertThat(ending.err()).isEmpty();
        assertThat(ending.exit()).isZero();
        assertThat(ending.out())
                .startsWith("rbx-and-r14-forgotten: A switch of the C library forgets two registers\n\nmacOS 10.7 had")
                .contains("Apple, radar 12581792\n  https://github.com/")
                .contains("mcall of sysv\n  right                            wrong\n")
                .contains("  mov qword ptr [rsi + 0x38], rbx  nothing\n")
                .contains("wrong mcall of sysv, in try 1: different\n")
                .contains("trapeze museum rbx-and-r14-forgotten\n")
                .endsWith("found, as it has to be: rbx, by preserved.general: rbx\n");
    }

    @Test
    void findsAllOfThemButThoseThatTakeOtherProcessors() {
        assumeThatCapsulesRun();
        Session.Ending ending = new Session().type("museum all");
        assertThat(ending.err()).isEmpty();
        assertThat(ending.out()).contains(Museum.names().size() + " exhibits, ").doesNotContain("missed");
        assertThat(ending.out()).contains("rbp-forgotten             rbp, by preserved.rbp = true, in try 1\n");
        assertThat(ending.exit()).isZero();
    }

    @Test
    void printsJson() throws JsonParserException {
        JsonArray list =
                JsonParser.array().from(new Session().type("museum --json").out());
        assertThat(list).hasSameSizeAs(Museum.names());
        assertThat(((JsonObject) list.get(0)).getString("outcome")).isEqualTo("not-run");
        assumeThatCapsulesRun();
        JsonObject one = JsonParser.array()
                .from(new Session().type("museum df-left-set --json").out())
                .getObject(0);
        assertThat(one.getString("outcome")).isEqualTo("found");
        assertThat(one.getObject("check").getObject("failure").getString("register"))
                .isEqualTo("DF");
    }

    @Test
    void knowsWhatWasMeant() {
        Session.Ending ending = new Session().type("museum half-of-xm");
        assertThat(ending.exit()).isEqualTo(2);
        assertThat(ending.err()).startsWith("trapeze: unknown exhibit 'half-of-xm'. Did you mean half-of-xmm?");
        assertThat(new Session().type("museum --tries 0").exit()).isEqualTo(2);
    }

    @Test
    void saysSoWhenTheCheckMissesABug() {
        Exhibit exhibit = Museum.exhibit("red-zone");
        ExhibitReport missed = ExhibitReport.of(exhibit, new Verdict.Passed(7), "again");
        assertThat(missed.outcome()).isEqualTo(Outcome.MISSED);
        assertThat(MuseumText.of(missed, Style.PLAIN))
                .endsWith("missed, which has to be found: the red zone, by stack.red_zone = 128\n");
        ExhibitReport impossible = ExhibitReport.of(exhibit, Outcome.IMPOSSIBLE);
        assertThat(MuseumText.outcomes(List.of(missed, impossible), Style.PLAIN))
                .contains("missed           red-zone  nothing in 7 tries\n")
                .contains("impossible here  red-zone  async_preempt of sysv, sse\n")
                .endsWith("2 exhibits, 0 found, 1 take registers that this processor lacks\n");
    }
}
