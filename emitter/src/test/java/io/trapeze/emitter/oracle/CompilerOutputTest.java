// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.Instruction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Functions as gcc writes them in Intel syntax, assembled by us and by GNU as. */
class CompilerOutputTest {
    private static final Tool GCC = new Tool("gcc");

    /** All that gcc makes of it is code: no constants, and no names of elsewhere. */
    private static final String C = """
            typedef struct { long a; double d; char s[40]; } pack;
            long sum(const int *p, long n) { long s = 0; for (long i = 0; i < n; i++) s += p[i]; return s; }
            double dot(const double *a, const double *b, int n) { double s = 0; for (int i = 0; i < n; i++) s += a[i] * b[i]; return s; }
            void copy(pack *to, const pack *from) { *to = *from; }
            unsigned long high(unsigned long a, unsigned long b) { return ((unsigned __int128) a * b) >> 64; }
            float mixed(int x, long y) { return x + (float) y; }
            int swap(long *p, long o, long n) { return __atomic_compare_exchange_n(p, &o, n, 0, 5, 5); }
            unsigned crc(const unsigned char *p, unsigned long n) {
                unsigned c = ~0u;
                while (n--) { c ^= *p++; for (int k = 0; k < 8; k++) c = c >> 1 ^ (0xEDB88320u & -(c & 1)); }
                return ~c;
            }
            int find(const int *a, int n, int x) {
                int l = 0, h = n;
                while (l < h) { int m = (l + h) / 2; if (a[m] < x) l = m + 1; else h = m; }
                return l;
            }
            static __attribute__((noinline)) int last(int x) { return x * 3; }
            int calls(int x) { return last(x + 1) + last(x); }
            int zeros(unsigned x, unsigned long y) { return __builtin_ctz(x) + __builtin_clzl(y) + __builtin_ffsl(y); }
            long exchange(long *p, long n) { return __atomic_exchange_n(p, n, 5) + __atomic_fetch_or(p, n, 5); }
            long bits(double x) { union { double d; long l; } u = {x}; return u.l + (long) x; }
            long double longer(long double x) { return x + x; }
            """;

    @TempDir
    Path directory;

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"-O0", "-O1", "-Os", "-O2", "-O3", "-O3 -march=haswell", "-O3 -march=skylake-avx512"})
    void whatGccWritesHasTheBytesThatGnuAsMakes(String options) throws IOException {
        GCC.assumePresent();
        Files.writeString(directory.resolve("f.c"), C);
        compile(options, "-S", "f.s");
        compile(options, "-c", "f.o");
        byte[] theirs = ElfText.read(directory.resolve("f.o"));

        CodeBlob ours = Assembler.parse(Files.readString(directory.resolve("f.s")));

        assertThat(ours.size()).isEqualTo(theirs.length);
        assertThat(ours.instructions()).hasSizeGreaterThan(80).allSatisfy(one -> isAmong(theirs, one));
    }

    private void compile(String options, String kind, String output) {
        String all = options + " -masm=intel -fno-stack-protector " + kind + " f.c -o " + output;
        GCC.run(directory, all.split(" "));
    }

    /** Padding may be of other bytes: how many there are, the places of the rest tell. */
    private static void isAmong(byte[] theirs, Instruction one) {
        byte[] there = Arrays.copyOfRange(theirs, one.offset(), one.offset() + one.size());
        assertThat(one.padding() ? one.bytes() : there).as(one.text()).isEqualTo(one.bytes());
    }
}
