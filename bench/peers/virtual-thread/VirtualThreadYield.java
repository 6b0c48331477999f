// SPDX-License-Identifier: Apache-2.0
import java.util.Arrays;
import java.util.Locale;
import java.util.function.IntConsumer;

/**
 * What one {@link Thread#yield()} of a virtual thread costs: N virtual threads share one carrier and do nothing but
 * yield. Needs JDK 21 or later, and a scheduler of one carrier:
 *
 * <pre>{@code
 * taskset -c 0 java -XX:+UseSerialGC -Djdk.virtualThreadScheduler.parallelism=1 \
 *     -Djdk.virtualThreadScheduler.maxPoolSize=1 VirtualThreadYield.java
 * }</pre>
 */
public final class VirtualThreadYield {
    private static final int SAMPLES = 15;
    private static final long SAMPLE_NANOS = 20_000_000;

    private VirtualThreadYield() {}

    public static void main(String[] args) throws InterruptedException {
        for (String limit : new String[] {"parallelism", "maxPoolSize"}) {
            String property = "jdk.virtualThreadScheduler." + limit;
            if (Integer.getInteger(property, 0) != 1) {
                fail("virtual threads must share one carrier: add -D" + property + "=1");
            }
        }
        System.out.printf("# JDK %s, %s, one carrier%n", Runtime.version(), System.getProperty("java.vm.name"));
        measure(2, 500_000_000); // most is compiled here
        measure(100, 100_000_000);
        measure(1_000, 100_000_000);
    }

    private static void measure(int n, long warmUpNanos) throws InterruptedException {
        double[] nsPerYield = new double[SAMPLES];
        int yields = 16;
        int taken = 0;
        int doubtful = 0;
        long warm = System.nanoTime() + warmUpNanos;
        while (taken < SAMPLES) {
            Interval interval = new Interval(n, yields);
            if (interval.nanos < SAMPLE_NANOS) { // also when compiled code has become faster since the last sample
                yields += yields / 4;
            } else if (interval.switches < interval.calls * 0.95) {
                if (++doubtful > SAMPLES) {
                    fail("only " + interval.switches + " of " + interval.calls + " yields among " + n
                            + " threads let another one run");
                }
            } else if (System.nanoTime() > warm) {
                nsPerYield[taken++] = (double) interval.nanos / interval.calls;
            }
        }
        Arrays.sort(nsPerYield);
        System.out.printf(
                Locale.ROOT, "virtual-thread/yield\t%d\t%.2f\t%.2f%n", n, nsPerYield[0], nsPerYield[SAMPLES / 2]);
    }

    /**
     * The time from when the last of n virtual threads had begun until the first had ended, each yielding so many
     * times; how many yields were called meanwhile, and how many of these let another thread run: a yield that returned
     * to its caller would be a cheaper thing than a switch. All run on one carrier, so plain fields lose no update.
     */
    private static final class Interval {
        private long nanos;
        private long calls;
        private long switches;
        private long start;
        private int begun;
        private int last = -1;

        Interval(int n, int yields) throws InterruptedException {
            together(n, id -> {
                if (++begun == n) {
                    calls = 0;
                    switches = 0;
                    start = System.nanoTime();
                }
                for (int i = 0; i < yields && nanos == 0; i++) {
                    calls++;
                    if (last != id) {
                        switches++;
                        last = id;
                    }
                    Thread.yield();
                }
                if (nanos == 0) {
                    nanos = System.nanoTime() - start;
                    if (begun < n) {
                        fail("a thread ended when only " + begun + " of " + n + " had begun");
                    }
                }
            });
        }
    }

    /**
     * Runs n virtual threads of the body to their end. They are started from a virtual thread, so that none of them
     * runs before all are there: their starter holds the only carrier.
     */
    private static void together(int n, IntConsumer body) throws InterruptedException {
        Thread[] threads = new Thread[n];
        Thread starter = Thread.ofVirtual().start(() -> {
            for (int i = 0; i < n; i++) {
                int id = i;
                threads[i] = Thread.ofVirtual().start(() -> body.accept(id));
            }
        });
        starter.join();
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private static void fail(String reason) {
        System.err.println(reason);
        System.exit(1);
    }
}
