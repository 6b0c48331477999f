// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.encoding;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BranchRelaxationTest {
    private static final int SHORT = 2;
    private static final int LONG = 6;

    /** A gap: a branch to a place that many fixed bytes and gaps lie before, or padding. */
    private record Gap(int fixed, int alignment, int targetFixed, int targetGaps) {
        boolean branch() {
            return alignment == 0;
        }
    }

    private static BranchRelaxation solved(List<Gap> gaps) {
        BranchRelaxation relaxation = new BranchRelaxation();
        int[] fixed = new int[gaps.size()];
        int[] before = new int[gaps.size()];
        for (int i = 0; i < fixed.length; i++) {
            Gap gap = gaps.get(i);
            fixed[i] = gap.targetFixed();
            before[i] = gap.targetGaps();
            if (gap.branch()) {
                relaxation.addBranch(gap.fixed(), i, SHORT, LONG);
            } else {
                relaxation.addAlignment(gap.fixed(), gap.alignment(), gap.alignment());
            }
        }
        relaxation.solve(fixed, before);
        return relaxation;
    }

    /** Lays all out anew each time, and makes long what does not reach: slow, and plainly right. */
    private static int plainSize(List<Gap> gaps, int fixed) {
        boolean[] wide = new boolean[gaps.size()];
        int[] ends = new int[gaps.size()];
        boolean changed = true;
        while (changed) {
            int added = 0;
            for (int i = 0; i < ends.length; i++) {
                Gap gap = gaps.get(i);
                int start = gap.fixed() + added;
                added += gap.branch() ? (wide[i] ? LONG : SHORT) : -start & gap.alignment() - 1;
                ends[i] = gap.fixed() + added;
            }
            changed = false;
            for (int i = 0; i < ends.length; i++) {
                Gap gap = gaps.get(i);
                if (gap.branch() && !wide[i]) {
                    int distance = place(gaps, ends, gap.targetFixed(), gap.targetGaps()) - ends[i];
                    wide[i] = distance < -128 || distance > 127;
                    changed |= wide[i];
                }
            }
        }
        return place(gaps, ends, fixed, gaps.size());
    }

    private static int place(List<Gap> gaps, int[] ends, int fixed, int before) {
        return before == 0
                ? fixed
                : ends[before - 1] + fixed - gaps.get(before - 1).fixed();
    }

    private static List<Gap> random(Random random, int count, int distance, boolean aligned) {
        int[] fixed = new int[count + 1];
        for (int i = 0; i < count; i++) {
            fixed[i + 1] = fixed[i] + random.nextInt(distance);
        }
        List<Gap> gaps = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int target = Math.max(0, Math.min(count, i + random.nextInt(61) - 30));
            int alignment = aligned && random.nextInt(5) == 0 ? 1 << random.nextInt(8) : 0;
            int back = target == 0 ? fixed[0] : random.nextInt(fixed[target] - fixed[target - 1] + 1);
            gaps.add(new Gap(fixed[i], alignment, fixed[target] - back, target));
        }
        return gaps;
    }

    private static void reaches(List<Gap> gaps, BranchRelaxation relaxation) {
        for (int i = 0; i < gaps.size(); i++) {
            Gap gap = gaps.get(i);
            int size = relaxation.end(i) - relaxation.start(i);
            assertThat(relaxation.isBranch(i)).isEqualTo(gap.branch());
            assertThat(relaxation.start(i)).isEqualTo(relaxation.position(gap.fixed(), i));
            if (gap.branch()) {
                int distance = relaxation.position(gap.targetFixed(), gap.targetGaps()) - relaxation.end(i);
                assertThat(relaxation.isLong(i) || distance == (byte) distance)
                        .as("branch %d of %s", i, gaps)
                        .isTrue();
                assertThat(size).isEqualTo(relaxation.isLong(i) ? LONG : SHORT);
            } else {
                assertThat(relaxation.end(i) & gap.alignment() - 1).isZero();
                assertThat(size).isBetween(0, gap.alignment() - 1);
            }
        }
    }

    @Test
    void codeWithoutAlignmentIsAsShortAsItCanBe() {
        Random random = new Random(1);
        for (int i = 0; i < 600; i++) {
            List<Gap> gaps = random(random, 1 + random.nextInt(150), 3 + random.nextInt(30), false);
            BranchRelaxation relaxation = solved(gaps);
            int fixed = gaps.get(gaps.size() - 1).fixed() + 1;
            reaches(gaps, relaxation);
            assertThat(relaxation.position(fixed, gaps.size())).isEqualTo(plainSize(gaps, fixed));
        }
    }

    /** With padding the least layout is not unique and hard to find; ours sees ahead, which the plain one does not. */
    @Test
    void codeWithAlignmentIsShorterThanWithoutSeeingAhead() {
        Random random = new Random(2);
        int ours = 0;
        int plain = 0;
        for (int i = 0; i < 600; i++) {
            List<Gap> gaps = random(random, 1 + random.nextInt(150), 3 + random.nextInt(30), true);
            BranchRelaxation relaxation = solved(gaps);
            int fixed = gaps.get(gaps.size() - 1).fixed() + 1;
            reaches(gaps, relaxation);
            ours += relaxation.position(fixed, gaps.size());
            plain += plainSize(gaps, fixed);
        }
        assertThat(plain).isEqualTo(667_643);
        assertThat(ours).as("as short as it was once").isLessThanOrEqualTo(665_631);
    }

    @Test
    void paddingFarAheadIsNotLookedAt() {
        BranchRelaxation relaxation = new BranchRelaxation();
        relaxation.addBranch(0, 0, SHORT, LONG);
        relaxation.addAlignment(5_000, 16, 15);
        relaxation.solve(new int[] {5_000}, new int[] {2});
        assertThat(relaxation.isLong(0)).isTrue();
        assertThat(relaxation.end(1)).isEqualTo(5_008);
    }

    @Test
    void afterClearingItStartsAnew() {
        BranchRelaxation relaxation = new BranchRelaxation();
        relaxation.addBranch(0, 0, SHORT, LONG);
        relaxation.solve(new int[] {500}, new int[] {1});
        relaxation.clear();
        assertThat(relaxation.gaps()).isZero();
        relaxation.solve(new int[0], new int[0]);
        relaxation.addBranch(3, 0, SHORT, LONG);
        relaxation.solve(new int[] {3}, new int[] {1});
        assertThat(relaxation.isLong(0)).isFalse();
        assertThat(relaxation.end(0)).isEqualTo(5);
    }
}
