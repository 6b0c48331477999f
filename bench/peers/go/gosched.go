// SPDX-License-Identifier: Apache-2.0

// What one runtime.Gosched costs: N goroutines share one P and do nothing but yield.
//
//	go build -o gosched gosched.go && taskset -c 0 ./gosched
package main

import (
	"fmt"
	"os"
	"runtime"
	"sort"
	"sync"
	"time"
)

const (
	samples      = 15
	sampleLength = 20 * time.Millisecond
)

// together runs n goroutines of the body to their end. Their unsynchronised variables are safe: there is one P, and no
// body runs long enough between two yields to be preempted.
func together(n int, body func(id int)) {
	var done sync.WaitGroup
	done.Add(n)
	for id := 0; id < n; id++ {
		go func(id int) {
			defer done.Done()
			body(id)
		}(id)
	}
	done.Wait()
}

// interval is the time from when the last of n goroutines had begun until the first had ended, each yielding so many
// times; how many yields were called meanwhile, and how many of these let another goroutine run.
type interval struct {
	elapsed         time.Duration
	calls, switches int
}

func timeYields(n, yields int) (in interval) {
	begun, last := 0, -1
	var start time.Time
	together(n, func(id int) {
		begun++
		if begun == n {
			in.calls, in.switches = 0, 0
			start = time.Now()
		}
		for i := 0; i < yields && in.elapsed == 0; i++ {
			in.calls++
			if last != id {
				in.switches++
				last = id
			}
			runtime.Gosched()
		}
		if in.elapsed == 0 {
			in.elapsed = time.Since(start)
			if begun < n {
				fail("a goroutine ended when only %d of %d had begun", begun, n)
			}
		}
	})
	return in
}

// measure prints what a yield among n goroutines costs, unless too many return to their caller at once, which is a
// cheaper thing than a switch. Not all of them switch: a yielding goroutine goes to the global queue, and each 61st
// scheduling round looks there first, so that with two goroutines one yield in 31 finds itself again.
func measure(n int) {
	yields := 16
	for timeYields(n, yields).elapsed < sampleLength {
		yields *= 2
	}
	nsPerYield := make([]float64, samples)
	for i := range nsPerYield {
		in := timeYields(n, yields)
		if in.switches < in.calls*95/100 {
			fail("only %d of %d yields among %d goroutines let another one run", in.switches, in.calls, n)
		}
		nsPerYield[i] = float64(in.elapsed.Nanoseconds()) / float64(in.calls)
	}
	sort.Float64s(nsPerYield)
	fmt.Printf("go/gosched\t%d\t%.2f\t%.2f\n", n, nsPerYield[0], nsPerYield[samples/2])
}

func fail(format string, values ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", values...)
	os.Exit(1)
}

func main() {
	runtime.GOMAXPROCS(1)
	fmt.Printf("# %s, GOMAXPROCS=1\n", runtime.Version())
	for _, n := range []int{2, 100, 1000} {
		measure(n)
	}
}
