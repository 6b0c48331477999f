// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.wine;

import io.trapeze.runtime.os.OperatingSystem;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A Windows process that calls what it is told to call, in memory that it shares with this one. What crashes there does not
 * crash here.
 */
public final class WindowsProcess implements AutoCloseable {
    /** Where no process maps anything of its own: below the stacks and libraries of Linux, above the heap of the Java VM. */
    private static final long ADDRESS = 0x1000_0000_0000L;

    private static final long SHARED_BYTES = 64L << 20;
    private static final long APART = 1L << 32;
    private static final int SECONDS = 60;
    /** How often Wine may fail to start a process, as it does now and then on a busy machine. */
    private static final int STARTS = 3;

    private static final AtomicInteger COUNT = new AtomicInteger();

    private final Process process;
    private final BufferedWriter to;
    private final BufferedReader from;
    private final WindowsMemory memory;
    private final Map<String, Long> symbols = new HashMap<>();
    private int lastError;

    private WindowsProcess(Wine wine) {
        int number = COUNT.getAndIncrement();
        this.memory =
                WindowsMemory.open(wine.folder().resolve("memory" + number), ADDRESS + number * APART, SHARED_BYTES);
        this.process = wine.startServer();
        this.to = process.outputWriter(StandardCharsets.US_ASCII);
        this.from = process.inputReader(StandardCharsets.US_ASCII);
    }

    private void share() {
        String answer = ask("map " + Wine.windowsName(memory.file()) + hex(memory.address()) + hex(memory.bytes()));
        if (!answer.equals("ok")) {
            throw new IllegalStateException("the shared memory cannot be mapped there: " + answer);
        }
    }

    /** Starts one; a test that asks is skipped, with the reason, where Wine or the compiler are not installed. */
    public static WindowsProcess start() {
        Wine wine = Wine.orSkip();
        for (int i = 1; ; i++) {
            WindowsProcess process = new WindowsProcess(wine);
            try {
                process.share();
                return process;
            } catch (IllegalStateException e) {
                process.close();
                if (i == STARTS) {
                    throw e;
                }
                System.out.println("Wine is started once more: " + e.getMessage());
            }
        }
    }

    /** The memory that both processes see, as a system to allocate and map code from. */
    public OperatingSystem memory() {
        return memory;
    }

    /** The address of a function of a library; {@code self} for one of the program itself, see {@code server.c}. */
    public synchronized long symbol(String module, String name) {
        return symbols.computeIfAbsent(module + "!" + name, n -> {
            long address = number(ask("symbol " + module + " " + name));
            if (address == 0) {
                throw new IllegalArgumentException("no " + name + " in " + module);
            }
            return address;
        });
    }

    /** Calls a function with up to ten integers; see {@link #lastError()}. */
    public synchronized long call(long function, long... arguments) {
        String[] answer = ask("call" + hex(function) + hex(arguments)).split(" ");
        lastError = (int) number(answer[1]);
        return number(answer[0]);
    }

    /** Calls a function of kernel32.dll. */
    public long kernel(String function, long... arguments) {
        return call(symbol("kernel32.dll", function), arguments);
    }

    /** What {@code GetLastError} said after the last call. */
    public int lastError() {
        return lastError;
    }

    /** Starts a thread that calls a function, and returns its handle. */
    public long start(long function, long argument) {
        return number(ask("start" + hex(function) + hex(argument)));
    }

    /** Waits for a thread to end, and returns what its function returned. */
    public long join(long handle) {
        return number(ask("join" + hex(handle)));
    }

    /**
     * Does nothing while the process runs: for whoever waits for something to happen in memory.
     *
     * @throws IllegalStateException if it has ended
     */
    public void requireAlive() {
        if (!process.isAlive()) {
            throw new IllegalStateException("the Windows process has ended: exit " + process.exitValue());
        }
    }

    private synchronized String ask(String line) {
        String answer;
        try {
            to.write(line + "\n");
            to.flush();
            answer = from.readLine();
        } catch (IOException e) {
            answer = null; // it ended before it was asked
        }
        if (answer == null || answer.startsWith("!")) {
            throw new IllegalStateException(
                    "'" + line + "' ended with " + (answer == null ? "nothing said" + exit() : answer));
        }
        return answer;
    }

    private String exit() {
        try {
            return process.waitFor(SECONDS, TimeUnit.SECONDS) ? ", exit " + process.exitValue() : ", and runs on";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return ", interrupted";
        }
    }

    private static String hex(long... numbers) {
        StringBuilder text = new StringBuilder();
        for (long number : numbers) {
            text.append(' ').append(Long.toHexString(number));
        }
        return text.toString();
    }

    private static long number(String text) {
        return Long.parseUnsignedLong(text, 16);
    }

    @Override
    public void close() {
        try {
            to.close();
            if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            process.destroyForcibly(); // it has ended before
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        memory.close();
    }
}
