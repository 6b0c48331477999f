// SPDX-License-Identifier: Apache-2.0
package io.trapeze.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PeerReportTest {

    @Test
    void readsTheVersionAndEachMeasurementInOrder() throws MalformedReportException {
        PeerReport report = PeerReport.parse(
                Peer.GO, "# go1.19.8, GOMAXPROCS=1\ngo/gosched\t2\t50.62\t50.95\ngo/gosched\t100\t54.00\t54.00\n");

        assertThat(report.version()).isEqualTo("go1.19.8, GOMAXPROCS=1");
        assertThat(report.runs())
                .containsExactly(new PeerRun(Peer.GO, 2, 50.62, 50.95), new PeerRun(Peer.GO, 100, 54, 54));
    }

    @ParameterizedTest(name = "{1}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            ``                                              | line 1: nothing was printed
            go1.19$                                         | line 1: expected "# version", found "go1.19"
            @ $                                             | line 1: expected "# version", found "# "
            @ go$                                           | line 2: no measurement follows the version
            @ go$go/gosched>2>50.00>51.00                   | line 2: the output ends in the middle of a line
            @ go$go/gosched 2 50.00 51.00$                  | found "go/gosched 2 50.00 51.00"
            @ go$go/gosched>2>50.00>51.00>52.00$            | line 2: expected name, n, min_ns, median_ns between tabs
            @ go$go/gosched>2>50>51$                        | line 2: expected name, n, min_ns, median_ns between tabs
            @ go$go/gosched>2>5e1>51.00$                    | line 2: expected name, n, min_ns, median_ns between tabs
            @ go$go/gosched>2>-5.00>51.00$                  | line 2: expected name, n, min_ns, median_ns between tabs
            @ go$go/gosched>2>NaN>51.00$                    | line 2: expected name, n, min_ns, median_ns between tabs
            @ go$$go/gosched>2>50.00>51.00$                 | line 2: expected name, n, min_ns, median_ns between tabs
            @ go$boost/jump_fcontext>2>50.00>51.00$         | line 2: the name is "boost/jump_fcontext", not "go/gosched"
            @ go$go/gosched>1>50.00>51.00$                  | line 2: n is 1: a switch needs two contexts at least
            @ go$go/gosched>2>0.00>51.00$                   | line 2: min_ns is 0.0: a switch takes some time
            @ go$go/gosched>2>50.00>49.99$                  | line 2: median_ns is 49.99, below min_ns, which is 50.0
            @ go$go/gosched>2>5.00>6.00$go/gosched>2>5.00>6.00$ | line 3: n is 2, not above the n before it
            """)
    void refusesAnythingElseAndNamesLineAndReason(String output, String complaint) {
        String text = output.replace('@', '#').replace('$', '\n').replace('>', '\t');

        assertThatThrownBy(() -> PeerReport.parse(Peer.GO, text))
                .isInstanceOf(MalformedReportException.class)
                .hasMessageStartingWith("output of go/gosched, line ")
                .hasMessageContaining(complaint);
    }
}
