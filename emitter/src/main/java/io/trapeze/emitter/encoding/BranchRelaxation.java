// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.encoding;

import java.util.Arrays;

/**
 * Finds the shortest form of every branch.
 *
 * <p>The code is seen as fixed bytes with <em>gaps</em> between them: a branch, or padding up to an alignment. A place in
 * the code is a number of fixed bytes and a number of gaps before it. Every branch starts short, and padding as long as that makes it. Passes from the first gap
 * to the last move each by what those before it have grown, and make long what then does not reach, until a pass changes
 * nothing. Growth is never taken back, so this ends. A target ahead has not been moved yet in the same pass; it is seen where
 * it will be, or where it was if padding in between may absorb the movement.
 */
public final class BranchRelaxation {
    private static final int NO_LABEL = -1;

    private int count;
    private int shortest;
    private int[] fixedBefore = new int[16];
    private int[] label = new int[16];
    private int[] shortSize = new int[16];
    private int[] longSize = new int[16];
    private int[] size = new int[16];
    private int[] start = new int[16];

    /** Returns the number of gaps so far. */
    public int gaps() {
        return count;
    }

    /** Returns the bytes of all branches in their shortest forms, without padding. */
    public int shortest() {
        return shortest;
    }

    /** Forgets all gaps. */
    public void clear() {
        count = 0;
        shortest = 0;
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
        if (count == label.length) {
            int capacity = count * 2;
            fixedBefore = Arrays.copyOf(fixedBefore, capacity);
            label = Arrays.copyOf(label, capacity);
            shortSize = Arrays.copyOf(shortSize, capacity);
            longSize = Arrays.copyOf(longSize, capacity);
            size = Arrays.copyOf(size, capacity);
            start = Arrays.copyOf(start, capacity);
        }
        fixedBefore[count] = fixedBytes;
        label[count] = target;
        shortSize[count] = shortBytes;
        longSize[count] = longBytes;
        size[count] = shortBytes == 0 && target != NO_LABEL ? longBytes : shortBytes;
        shortest += target == NO_LABEL ? 0 : size[count];
        count++;
    }

    /** Adds padding up to a multiple of {@code alignment}, a power of two, that is none where it takes more than {@code most}. */
    public void addAlignment(int fixedBytes, int alignment, int most) {
        addBranch(fixedBytes, NO_LABEL, most, alignment);
    }

    /**
     * Lays the code out.
     *
     * @param labelFixed fixed bytes before each label; negative for an external one
     * @param labelGaps gaps before each label
     */
    public void solve(int[] labelFixed, int[] labelGaps) {
        int added = 0;
        for (int i = 0; i < count; i++) {
            start[i] = fixedBefore[i] + added;
            if (label[i] == NO_LABEL) {
                size[i] = padding(i);
            }
            added += size[i];
        }
        boolean changed = count > 0;
        while (changed) {
            changed = pass(labelFixed, labelGaps);
        }
    }

    /** Moves every gap to where the sizes of those before it put it, and sizes it anew; returns whether a size changed. */
    private boolean pass(int[] labelFixed, int[] labelGaps) {
        boolean changed = false;
        int stretch = 0;
        for (int i = 0; i < count; i++) {
            start[i] += stretch;
            int before = size[i];
            if (label[i] == NO_LABEL) {
                size[i] = padding(i);
            } else if (before == shortSize[i] && longSize[i] != 0) {
                int target = label[i];
                boolean reaches =
                        labelFixed[target] >= 0 && isByte(distance(i, labelFixed[target], labelGaps[target], stretch));
                size[i] = reaches ? before : longSize[i];
            }
            stretch += size[i] - before;
            changed |= size[i] != before;
        }
        return changed;
    }

    private int padding(int i) {
        int bytes = -start[i] & (longSize[i] - 1);
        return bytes <= shortSize[i] ? bytes : 0;
    }

    private static boolean isByte(int distance) {
        return distance == (byte) distance;
    }

    /**
     * Returns how far branch {@code i} must reach; everything up to it has moved by {@code stretch}, what follows has not.
     * Where it is not known yet, the least that it can be: another pass will tell.
     */
    private int distance(int i, int targetFixed, int targetGaps, int stretch) {
        int distance = position(targetFixed, targetGaps) - end(i);
        if (targetGaps <= i + 1) {
            return distance;
        }
        int moved = distance + stretch;
        boolean known = stretch <= 0 || isByte(moved) || distance > Byte.MAX_VALUE || !isPaddingBetween(i, targetGaps);
        return known ? moved : Math.max(distance, 0);
    }

    private boolean isPaddingBetween(int i, int targetGaps) {
        for (int gap = i + 1; gap < targetGaps; gap++) {
            if (label[gap] == NO_LABEL) {
                return true; // it may absorb the movement
            }
        }
        return false;
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
        return start[i] + size[i];
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
        return longSize[i] != 0 && size[i] == longSize[i];
    }
}
