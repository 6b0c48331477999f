// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import static org.assertj.core.api.Assertions.assertThat;

import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import com.grack.nanojson.JsonParserException;
import io.trapeze.lab.Session.Ending;
import io.trapeze.lab.program.Program;
import io.trapeze.lab.program.ProgramOptions;
import io.trapeze.lab.program.ProgramReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("trapeze run")
class RunCommandTest {
    private final List<ProgramOptions> given = new ArrayList<>();

    /** A program that does nothing but tell what it was given. */
    private Program program(String name, String... failures) {
        return new Program() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public String shows() {
                return "what " + name + " shows";
            }

            @Override
            public int usualGoroutines() {
                return 7;
            }

            @Override
            public ProgramReport run(ProgramOptions options, Progress progress) {
                given.add(options);
                progress.report("half done");
                if (failures.length > 0 && failures[0].equals("throws")) {
                    throw new IllegalStateException("the slab is closed");
                }
                if (failures.length > 0 && failures[0].equals("can't be linked")) {
                    throw new UnsatisfiedLinkError("no jnidispatch");
                }
                if (failures.length > 0 && failures[0].equals("needs more memory")) {
                    throw new OutOfMemoryError("Java heap space");
                }
                return new ProgramReport(
                        name, List.of(failures), 1_234_567, 89, 1, Duration.ofMillis(1500), Map.of("ns a switch", 12L));
            }
        };
    }

    private Session session() {
        return new Session().with(program("ring"), program("qsort"));
    }

    @Test
    void runsEverythingInOrderAndSumsItUp() {
        Ending ending = session().type("run --seed 42");
        assertThat(ending.exit()).isZero();
        assertThat(ending.err()).isEmpty();
        assertThat(ending.out()).isEqualTo("""
                        program   switches  upcalls  preemptions    time
                        ring     1,234,567       89            1  1.50 s  verified
                        qsort    1,234,567       89            1  1.50 s  verified
                        ring: ns a switch 12
                        qsort: ns a switch 12
                        seed 42, 2 carriers
                        """);
        assertThat(given).containsExactly(new ProgramOptions(2, 7, 42), new ProgramOptions(2, 7, 42));
    }

    @Test
    void runsOneProgramWithTheOptionsGiven() {
        Ending ending = session().type("run qsort --carriers 1 --goroutines 100 --seed -5");
        assertThat(ending.exit()).isZero();
        assertThat(ending.out()).contains("qsort ", "seed -5, 1 carrier\n").doesNotContain("ring");
        assertThat(given).containsExactly(new ProgramOptions(1, 100, -5));
    }

    @Test
    void takesAFreshSeedAndTellsIt() {
        String out = session().type("run ring").out();
        session().type("run ring");
        assertThat(out).contains("seed " + given.get(0).seed() + ",");
        assertThat(given.get(0).seed()).isNotEqualTo(given.get(1).seed());
    }

    @Test
    void endsWithOneWhenACheckFailedAndStillRunsTheOthers() {
        Ending ending = new Session()
                .with(program("ring", "rbx: expected 1, found 2"), program("qsort"))
                .type("run");
        assertThat(ending.exit()).isEqualTo(1);
        assertThat(ending.out())
                .containsPattern("ring +1,234,567 .* FAILED\n")
                .containsPattern("qsort +1,234,567 .* verified\n")
                .contains("ring: rbx: expected 1, found 2\n");
    }

    @Test
    void reportsAProgramThatThrowsAndStillRunsTheOthers() {
        Ending ending =
                new Session().with(program("ring", "throws"), program("qsort")).type("run");
        assertThat(ending.exit()).isEqualTo(1);
        assertThat(ending.out())
                .contains("ring: it ended with IllegalStateException: the slab is closed (--verbose shows where)\n")
                .containsPattern("qsort .* verified\n");
        assertThat(ending.err()).isEmpty();
        assertThat(new Session()
                        .with(program("ring", "throws"))
                        .type("run --verbose")
                        .err())
                .contains("RunCommandTest");
    }

    @Test
    void saysThatTheNativeLibraryCannotBeLoaded() {
        Ending ending = new Session().with(program("ring", "can't be linked")).type("run");
        assertThat(ending.exit()).isEqualTo(3);
        assertThat(ending.out()).isEmpty();
        assertThat(ending.err())
                .isEqualTo("trapeze: a native library can't be loaded: no jnidispatch."
                        + " `trapeze doctor` tells what to do.\n");
    }

    @Test
    void saysWhereMoreMemoryComesFrom() {
        Ending ending = new Session().with(program("ring", "needs more memory")).type("run");
        assertThat(ending.exit()).isEqualTo(3);
        assertThat(ending.err())
                .isEqualTo("trapeze: not enough memory: Java heap space."
                        + " Give the Java VM more by TRAPEZE_JAVA_OPTS=-Xmx8g, or the command less to do.\n");
    }

    @Test
    void writesTheSameAsJson() throws JsonParserException {
        Ending ending = new Session().with(program("ring", "wrong")).type("run --json --seed 9");
        assertThat(ending.exit()).isEqualTo(1);
        JsonObject json = JsonParser.object().from(ending.out());
        assertThat(json.getBoolean("verified")).isFalse();
        assertThat(json.getLong("seed")).isEqualTo(9);
        assertThat(json.getInt("carriers")).isEqualTo(2);
        JsonObject ring = json.getArray("programs").getObject(0);
        assertThat(ring.getString("program")).isEqualTo("ring");
        assertThat(ring.getBoolean("verified")).isFalse();
        assertThat(ring.getArray("failures")).containsExactly("wrong");
        assertThat(ring.getLong("switches")).isEqualTo(1_234_567);
        assertThat(ring.getDouble("seconds")).isEqualTo(1.5);
        assertThat(ring.getObject("figures")).containsEntry("ns a switch", 12);
    }

    @Test
    void showsProgressOnATerminalOnlyAndCleansUp() {
        Ending ending = session().onTerminal().type("run ring --color=never");
        assertThat(ending.err()).startsWith("\r\u001b[Kring").endsWith("\r\u001b[K");
        assertThat(ending.out()).startsWith("program");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "run rong                 | trapeze: unknown program 'rong'. Did you mean ring? Choose ring or qsort.",
                "run ring sort            | trapeze: unknown program 'sort'. Did you mean qsort? Choose ring or qsort.",
                "run --carriers 0         | trapeze: --carriers is 0: it takes 1 to 64.",
                "run --carriers 65        | trapeze: --carriers is 65: it takes 1 to 64.",
                "run --carriers -1        | trapeze: --carriers is -1: it takes 1 to 64.",
                "run --carriers two       | trapeze: invalid value for option '--carriers': 'two' is no whole number from 1 to 64.",
                "run --goroutines 0       | trapeze: --goroutines is 0: it takes 1 to 1000000.",
                "run --goroutines 1000001 | trapeze: --goroutines is 1000001: it takes 1 to 1000000.",
                "run ring --timeout 5     | trapeze: --timeout and --preempt are for files, not for programs.",
                "run ring --preempt       | trapeze: --timeout and --preempt are for files, not for programs.",
                "run --preempt            | trapeze: --timeout and --preempt are for files, not for programs.",
                "run --goroutines 99999999999 | trapeze: invalid value for option '--goroutines': '99999999999' is no whole number from 1 to 1,000,000.",
                "run --seed 1.5           | trapeze: invalid value for option '--seed': '1.5' is no whole number.",
                "run --seed 9223372036854775808 | trapeze: invalid value for option '--seed': '9223372036854775808' is no whole number from -9223372036854775808 to 9223372036854775807.",
                "run --json=5             | trapeze: invalid value for option '--json': '5' is neither true nor false: the option stands alone.",
            })
    void refusesWhatItCannotDoBeforeRunningAnything(String line, String message) {
        Ending ending = session().type(line);
        assertThat(ending.err()).startsWith(message).hasLineCount(1);
        assertThat(ending.exit()).isEqualTo(2);
        assertThat(given).isEmpty();
    }

    @Test
    void listsTheProgramsAsJson() throws JsonParserException {
        Ending ending = session().type("run --list --json");
        assertThat(ending.exit()).isZero();
        JsonObject ring = JsonParser.array().from(ending.out()).getObject(0);
        assertThat(ring).containsEntry("program", "ring").containsEntry("shows", "what ring shows");
    }

    @Test
    void listsThePrograms() {
        Ending ending = session().type("run --list");
        assertThat(ending.exit()).isZero();
        assertThat(ending.out()).isEqualTo("ring   what ring shows\nqsort  what qsort shows\n");
        assertThat(given).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"Mac OS X, aarch64, processor aarch64", "Windows 11, amd64, operating system Windows 11"})
    void saysThatItCannotRunOnAnotherHost(String system, String processor, String what) {
        Ending ending = new ForeignHost(system, processor).run(() -> session().type("run"));
        assertThat(ending.exit()).isEqualTo(3);
        assertThat(ending.out()).isEmpty();
        assertThat(ending.err()).startsWith("trapeze: ").contains(what, "`trapeze emit` works here");
        assertThat(given).isEmpty();
    }
}
