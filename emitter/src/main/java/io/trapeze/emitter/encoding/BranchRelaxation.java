// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.encoding;

import java.util.Arrays;

/**
 * Finds the shortest form of every branch.
 *
 * <p>The code is seen as fixed bytes with <em>gaps</em> between them: a branch, or padding up to an alignment. A place in
 * the code is a number of fixed bytes and a number of gaps before it. Every branch starts short; those that do not reach
 * grow, until none has to: growth is not taken back meanwhile, so this ends. Padding that shrank when a branch before it
 * grew can leave another long that would just reach; each of those is then tried short once more, so that no branch is
 * long that need not be.
 */
public final class BranchRelaxation {
    private static final int NO_LABEL = -1;

    private int count;
    private int[] fixedBefore = new int[16];
    private int[] label = new int[16];
    private int[] shortSize = new int[16];
    private int[] longSize = new int[16];
    private boolean[] grown = new boolean[16];
    private int[] start = new int[17];

    /** Returns the number of gaps so far. */
    public int gaps() {
        return count;
    }

    /** Forgets all gaps. */
    public void clear() {
        count = 0;
    }

    /**
     * Adds a branch.
     *
     * @param fixedBytes fixed bytes before it
     * @param target number of its label
     * @param shortBytes size with an 8-bit displacement; 0 if it has no such form
     * @param longBytes size with a 32-bit displacement; 0 if it has no such form
     */
    public void addBranch(int fixedBytes, int target, int shortBytes, int longBytes) {
        add(fixedBytes, target, shortBytes, longBytes);
    }

    /** Adds padding up to a multiple of {@code alignment}, a power of two. */
    public void addAlignment(int fixedBytes, int alignment) {
        add(fixedBytes, NO_LABEL, 0, alignment);
    }

    private void add(int fixedBytes, int target, int shortBytes, int longBytes) {
        if (count == label.length) {
            int capacity = count * 2;
            fixedBefore = Arrays.copyOf(fixedBefore, capacity);
            label = Arrays.copyOf(label, capacity);
            shortSize = Arrays.copyOf(shortSize, capacity);
            longSize = Arrays.copyOf(longSize, capacity);
            grown = Arrays.copyOf(grown, capacity);
            start = Arrays.copyOf(start, capacity + 1);
        }
        fixedBefore[count] = fixedBytes;
        label[count] = target;
        shortSize[count] = shortBytes;
        longSize[count] = longBytes;
        grown[count] = shortBytes == 0;
        count++;
    }

    /**
     * Lays the code out.
     *
     * @param labelFixed fixed bytes before each label; negative for an external one
     * @param labelGaps gaps before each label
     */
    public void solve(int[] labelFixed, int[] labelGaps) {
        boolean aligned = grow(labelFixed, labelGaps);
        for (int i = 0; aligned && i < count; i++) {
            if (label[i] != NO_LABEL && grown[i] && shortSize[i] != 0 && labelFixed[label[i]] >= 0) {
                tryShort(i, labelFixed, labelGaps);
            }
        }
    }

    /** Grows branches until each reaches; returns whether there is padding. */
    private boolean grow(int[] labelFixed, int[] labelGaps) {
        boolean aligned = false;
        boolean changed = true;
        while (changed) {
            place();
            changed = false;
            for (int i = 0; i < count; i++) {
                aligned |= label[i] == NO_LABEL;
                if (label[i] != NO_LABEL && !grown[i] && longSize[i] != 0 && !reaches(i, labelFixed, labelGaps)) {
                    grown[i] = true;
                    changed = true;
                }
            }
        }
        return aligned;
    }

    private boolean reaches(int i, int[] labelFixed, int[] labelGaps) {
        int target = label[i];
        int distance =
                labelFixed[target] < 0 ? Integer.MAX_VALUE : position(labelFixed[target], labelGaps[target]) - end(i);
        return distance == (byte) distance;
    }

    /** Makes a long branch short if every branch still reaches then. */
    private void tryShort(int i, int[] labelFixed, int[] labelGaps) {
        int target = position(labelFixed[label[i]], labelGaps[label[i]]);
        int distance = target - (labelGaps[label[i]] > i ? end(i) : start(i) + shortSize[i]);
        if (distance != (byte) distance) {
            return;
        }
        grown[i] = false;
        place();
        for (int j = 0; j < count; j++) {
            if (label[j] != NO_LABEL && !grown[j] && !reaches(j, labelFixed, labelGaps)) {
                grown[i] = true;
            }
        }
        if (grown[i]) {
            place();
        }
    }

    /** Computes where each gap starts, from the sizes now chosen. */
    private void place() {
        int added = 0;
        for (int i = 0; i < count; i++) {
            start[i] = fixedBefore[i] + added;
            added += label[i] == NO_LABEL ? -start[i] & (longSize[i] - 1) : grown[i] ? longSize[i] : shortSize[i];
        }
        start[count] = added;
    }

    /** Returns the final position of a place. */
    public int position(int fixedBytes, int gapsBefore) {
        return gapsBefore == 0 ? fixedBytes : end(gapsBefore - 1) + fixedBytes - fixedBefore[gapsBefore - 1];
    }

    /** Returns where gap {@code i} starts. */
    public int start(int i) {
        return start[i];
    }

    /** Returns where gap {@code i} ends. */
    public int end(int i) {
        return i + 1 < count ? start[i + 1] - (fixedBefore[i + 1] - fixedBefore[i]) : start[count] + fixedBefore[i];
    }

    /** Returns the fixed bytes before gap {@code i}. */
    public int fixedBefore(int i) {
        return fixedBefore[i];
    }

    /** Returns the label of gap {@code i}, if {@link #isBranch}. */
    public int label(int i) {
        return label[i];
    }

    /** Whether gap {@code i} is a branch and not padding. */
    public boolean isBranch(int i) {
        return label[i] != NO_LABEL;
    }

    /** Whether branch {@code i} needs its 32-bit displacement. */
    public boolean isLong(int i) {
        return grown[i];
    }
}
